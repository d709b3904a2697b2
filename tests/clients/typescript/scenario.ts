// A concept from nothing to past its first gate, through the client that openapi-typescript and openapi-fetch make.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Problem = components["schemas"]["Problem"];

const [address, token] = process.argv.slice(2);
assert(address && token);
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });
const concept = "ts-radar";
const path = { concept };

/** The answer, or the problem's own words. */
function made<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.error !== undefined) throw new Error(answer.error.detail);
  assert(answer.data !== undefined);
  return answer.data;
}

/** One conversation with a customer of its own, cited for both decisions of the first gate. */
async function hear(customer: string): Promise<void> {
  made(
    await client.POST("/v1/customers", {
      body: { key: customer, portfolio: "ts", segment: "smb", relationship: "prospect" },
    }),
  );
  const talk = made(
    await client.POST("/v1/conversations", {
      body: {
        portfolio: "ts",
        kind: "interview",
        held_at: new Date(Date.now() - 10 * 24 * 60 * 60 * 1000).toISOString(),
        duration_minutes: 30,
        customer,
        participants: [{ ref: "p1", role: "analyst", colleague: false }],
        attendees: ["ts-pm"],
        conducted_by: "own_team",
        solution_shown: false,
        summary: Array.from({ length: 70 }, (_, n) => `${customer}-${n}`).join(" "),
        consent: "quote_internally",
      },
    }),
  );
  for (const decision of ["problem", "target_customer"]) {
    const note = `${customer} told us what ${decision} rests on`;
    const shaped = { effect: "confirmed", note } as const;
    const body = { conversation: talk.id, decision, stance: "supports", shaped } as const;
    made(await client.POST("/v1/concepts/{concept}/citations", { params: { path }, body }));
  }
}

/** What the next review would rest on. */
async function poll(known?: string) {
  const header = known === undefined ? {} : { "If-None-Match": known };
  return client.GET("/v1/concepts/{concept}/readiness", { params: { path, header } });
}

/** Try to pass. */
async function go() {
  const body = { gate: "G1", outcome: "go", rationale: "We heard enough." } as const;
  return client.POST("/v1/concepts/{concept}/reviews", { params: { path }, body });
}

made(await client.POST("/v1/portfolios", { body: { key: "ts", name: "By TypeScript" } }));
made(await client.POST("/v1/people", { body: { key: "ts-pm", name: "First", function: "product" } }));
made(
  await client.POST("/v1/concepts", {
    body: {
      key: concept,
      portfolio: "ts",
      title: "Tariff radar",
      process: "stage-gate",
      origin: "customer_pattern",
      primary_segment: "smb",
      team: ["ts-pm"],
    },
  }),
);
for (const decision of ["problem", "target_customer"]) {
  const body = { statement: `What we hold about ${decision}`, owner: "ts-pm" };
  const where = { path: { concept, decision } };
  made(await client.PUT("/v1/concepts/{concept}/decisions/{decision}", { params: where, body }));
}
await hear("ts-one");

const first = await poll();
const verdict = made(first);
const again = await poll(first.response.headers.get("etag") ?? "");

const early = await go();
assert(early.error, "it may not pass yet");
const { type, readiness } = early.error;
assert(type === "/problems/gate-not-ready" && readiness);
const missing = readiness.decisions
  .flatMap((decision) => decision.criteria)
  .filter((criterion) => readiness.blocking.includes(criterion.id))
  .map((criterion) => criterion.deficit?.missing);

await hear("ts-two");
await hear("ts-three");
const ready = made(await poll());
const review = await go();
const passed = made(await client.GET("/v1/concepts/{concept}", { params: { path } }));

console.log(
  JSON.stringify({
    first: [first.response.status, verdict.verdict],
    again: again.response.status,
    refused: [early.response.status, type],
    blocking: readiness.blocking,
    missing,
    then: [ready.verdict, ready.blocking],
    review: [review.response.status, made(review).readiness.verdict],
    next_gate: passed.next_gate,
  }),
);
