// node verify.js ENVELOPE.json KEYS.json: exits with 0 when the envelope is signed by one of the keys,
// with 1 and the error's code on standard output when it is not.
"use strict";

const { readFileSync } = require("node:fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const [envelope, keys] = process.argv.slice(2).map(read);

const bundle = bundleFromJSON({
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  verificationMaterial: { publicKey: { hint: envelope.signatures[0].keyid } },
  dsseEnvelope: envelope,
});
// There is no public log, no certificate and no timestamp authority: only the service's own keys.
const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const known = Object.fromEntries(keys.items.map((key) => [key.id, { rawBytes: key.pem }]));
const thresholds = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };

try {
  new Verifier(toTrustMaterial(nobody, known), thresholds).verify(toSignedEntity(bundle));
} catch (error) {
  process.stdout.write(`${error.code}\n`);
  process.exitCode = 1;
}
