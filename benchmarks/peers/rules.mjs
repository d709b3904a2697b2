// json-rules-engine behind bare node http: twelve rules over twelve citations for each request, as the measured
// gate has them. No database, no token: what is told is in memory.

import { createServer } from "node:http";
import { Engine } from "json-rules-engine";

const DECISIONS = ["problem", "target_customer", "solution", "price"];
const engine = new Engine();
for (const decision of DECISIONS) {
  for (const [criterion, fact, least] of [
    ["heard", "conversations", 1],
    ["conversations", "conversations", 3],
    ["customers", "customers", 3],
  ]) {
    engine.addRule({
      conditions: { all: [{ fact, params: { decision }, operator: "greaterThanInclusive", value: least }] },
      event: { type: `${decision}-${criterion}`, params: { decision, least } },
    });
  }
}

const citations = DECISIONS.flatMap((decision) =>
  [0, 1, 2].map((n) => ({ decision, conversation: `cnv-${decision}-${n}`, customer: `c${n}` })),
);

function counted(field) {
  return async ({ decision }, almanac) => {
    const all = await almanac.factValue("citations");
    return new Set(all.filter((each) => each.decision === decision).map((each) => each[field])).size;
  };
}

engine.addFact("conversations", counted("conversation"));
engine.addFact("customers", counted("customer"));

createServer(async (_, response) => {
  const { events, failureEvents } = await engine.run({ citations });
  const body = JSON.stringify({ ready: failureEvents.length === 0, met: events, missing: failureEvents });
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.env.PORT), "127.0.0.1");
