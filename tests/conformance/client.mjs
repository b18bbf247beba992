// A client by the protocol's own TypeScript SDK, over standard input and over HTTP: what people's agents are made of.
//
// usage: client.mjs stdio COMMAND [ARGUMENT...] | client.mjs http URL TOKEN
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const [mode, ...rest] = process.argv.slice(2);
const transport =
  mode === "stdio"
    ? new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env, stderr: "ignore" })
    : new StreamableHTTPClientTransport(new URL(rest[0]), { requestInit: { headers: { Authorization: `Bearer ${rest[1]}` } } });

const client = new Client({ name: "typescript-sdk", version: "1" }, { capabilities: { elicitation: {} } });
const forms = [];
client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
  forms.push(params);
  return { action: "accept", content: { answer: "once" } };
});
await client.connect(transport);

const { tools } = await client.listTools();
const read = tools.find((tool) => tool.name === "files_read");
assert.equal(read.annotations.readOnlyHint, true);
assert.equal(read.outputSchema.type, "object");

const steps = [];
const told = await client.callTool({ name: "files_read", arguments: { path: "a.txt" } }, undefined, {
  onprogress: ({ message }) => steps.push(message),
});
assert.equal(told.structuredContent.content.text, "hello\n");
// The SDK drops what comes in one piece with the result, so the last steps may be missing here; they were sent before it.
assert.deepEqual(steps, ["request", "policy", "invoke", "postconditions", "verify", "changes", "publish"].slice(0, steps.length));
assert.ok(steps.length > 0);

// The SDK checks structured content against the schema; a refusal has none, and is no error of the client.
const refused = await client.callTool({ name: "files_read", arguments: { path: "../a.txt" } });
assert.equal(refused.isError, true);
assert.equal(JSON.parse(refused.content[0].text).code, "gate.path-outside");
await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), { code: -32602 });

const path = `.github/workflows/${mode}-typescript.yml`;
const written = await client.callTool({ name: "edit_create", arguments: { path, content: "on: push\n" } });
assert.equal(written.isError, false);
assert.ok(forms.some((form) => form.message.includes("edit.create wants `path:write`")));

const { resources } = await client.listResources();
assert.ok(resources.some((resource) => resource.uri === "memory://index"));
await client.readResource({ uri: "memory://index" });

const aborted = new AbortController();
const waits = client.callTool({ name: "files_list", arguments: {} }, undefined, { signal: aborted.signal });
aborted.abort("not wanted");
await assert.rejects(waits);
await client.ping();
if (mode === "http") await transport.terminateSession();
await client.close();
console.log(`typescript sdk over ${mode}: ${tools.length} tools, ${forms.length} forms`);
