"""A client by the protocol's own Python SDK, over standard input and over HTTP.

usage: client.py stdio COMMAND [ARGUMENT...] | client.py http URL TOKEN
"""

import asyncio
import json
import os
import sys

import httpx2
import mcp_types as types
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

mode, *rest = sys.argv[1:]
forms = []


async def fill(_context, params):
    forms.append(params.message)
    return types.ElicitResult(action="accept", content={"answer": "once"})


async def work(transport) -> None:
    async with Client(transport, elicitation_callback=fill) as client:
        tools = (await client.list_tools()).tools
        read = next(tool for tool in tools if tool.name == "files_read")
        assert read.annotations.read_only_hint is True and read.output_schema["type"] == "object"

        steps = []

        async def progress(_done, _total, message):
            steps.append(message)

        told = await client.call_tool("files_read", {"path": "a.txt"}, progress_callback=progress)
        assert told.structured_content["content"]["text"] == "hello\n", told
        # As in the other script: what comes in one piece with the result may be dropped by the SDK.
        assert steps and steps == ["request", "policy", "invoke", "postconditions", "verify", "changes", "publish"][: len(steps)], steps

        refused = await client.call_tool("files_read", {"path": "../a.txt"})
        assert refused.is_error and json.loads(refused.content[0].text)["code"] == "gate.path-outside", refused

        written = await client.call_tool("edit_create", {"path": f".github/workflows/{mode}-python.yml", "content": "on: push\n"})
        assert not written.is_error and any("edit.create wants `path:write`" in form for form in forms), (written, forms)

        resources = (await client.list_resources()).resources
        assert any(str(resource.uri) == "memory://index" for resource in resources), resources
        await client.read_resource("memory://index")
        print(f"python sdk over {mode}: {len(tools)} tools, {len(forms)} forms")


async def main() -> None:
    if mode == "stdio":
        command, *arguments = rest
        server = StdioServerParameters(command=command, args=arguments, env=dict(os.environ))
        await work(stdio_client(server, errlog=open(os.devnull, "w")))
    else:
        url, token = rest
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
            await work(streamable_http_client(url, http_client=http))


asyncio.run(main())
