// What a user of the generated types would write; test_clients.py compiles and runs it.
import createClient from "openapi-fetch";
import type { components, paths } from "./soundalike.js";

type Analysis = components["schemas"]["SessionBody"];
type Status = components["schemas"]["StatusBody"];

async function train(address: string, key: string, username: string): Promise<Status> {
  const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });
  const analysis = await client.POST("/api/train-ai/analyze-creator", {
    body: { username, minEngagement: "auto" },
  });
  if (analysis.error) throw new Error(`${analysis.error.code}: ${analysis.error.detail}`);
  const found: Analysis = analysis.data;
  const begun = await client.POST("/api/train-ai/start-training", {
    body: {
      creatorUsername: found.creator.username,
      trainingSessionId: found.trainingSessionId,
      tweets: found.tweets.map(({ id }) => ({ id })),
    },
  });
  if (begun.error) throw new Error(begun.error.detail);
  const status = await client.GET("/api/train-ai/training-status/{trainingId}", {
    params: { path: { trainingId: begun.data.trainingId } },
  });
  if (status.error) throw new Error(status.error.detail);
  return status.data;
}

const [address = "", key = "", username = ""] = process.argv.slice(2);
console.log(JSON.stringify(await train(address, key, username)));
