// What a person writes with the generated types: the compiler refuses what the API would refuse.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

const client = createClient<paths>({ baseUrl: "http://localhost" });

export async function shapes(): Promise<components["schemas"]["Shape"] | undefined> {
  const { data, error } = await client.POST("/api/shapes", { body: { type: "circle", radius: "5" } });
  if (error) throw new Error(error.detail);
  return data;
}

export async function messages(): Promise<string[]> {
  const { data } = await client.GET("/api/messages", { params: { query: { limit: 2 } } });
  return (data?.items ?? []).map((message) => message.text);
}

// @ts-expect-error A circle has no side.
void client.POST("/api/shapes", { body: { type: "circle", side: "5" } });
