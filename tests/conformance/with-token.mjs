// Puts a client's token in front of the server, for the conformance suite, which cannot send one. Everything else goes on as it came,
// with this port in `Host` and `Origin` replaced by the server's: what the suite says of other hosts is the server's to refuse.
//
// usage: with-token.mjs URL TOKEN; prints its own URL
import http from "node:http";

const [url, token] = process.argv.slice(2);
const target = new URL(url);
const proxy = http.createServer((request, response) => {
  const { port } = proxy.address();
  const headers = { ...request.headers, authorization: `Bearer ${token}` };
  for (const name of ["host", "origin"]) {
    if (headers[name]) headers[name] = headers[name].replace(`:${port}`, `:${target.port}`);
  }
  const onward = http.request(
    { host: target.hostname, port: target.port, path: request.url, method: request.method, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
});
proxy.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${proxy.address().port}${target.pathname}`));
