// The certified provider (https://github.com/panva/node-oidc-provider) on loopback, with its own sign-in pages.
// Arguments: port, redirect URI, JSON of the users' claims by subject.
import Provider from "oidc-provider";

const [port, redirectUri, users] = process.argv.slice(2);
const claims = JSON.parse(users);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "soundalike", client_secret: "a secret of the client", redirect_uris: [redirectUri] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["a secret of the provider"] },
  findAccount: (_, id) => claims[id] && { accountId: id, claims: () => ({ sub: id, ...claims[id] }) },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1");
