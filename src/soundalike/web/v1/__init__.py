"""The API that speaks OpenAI: trained voices as models of chat completions."""
