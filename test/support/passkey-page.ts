import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The page that a front end would write: it calls the API itself, and leaves everything else to the browser. */
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Passkeys</title>
<script type="module">
  const call = async (url, { method = 'POST', token, body } = {}) => {
    const headers = {
      ...(token && { authorization: 'Bearer ' + token }),
      ...(body && { 'content-type': 'application/json' }),
    };
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
  };

  window.registerPasskey = async (api, token, label) => {
    const options = await call(api + '/v1/me/passkeys/options', { token });
    if (options.status !== 200) return options;
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.body);
    const credential = (await navigator.credentials.create({ publicKey })).toJSON();
    return call(api + '/v1/me/passkeys', { token, body: { label, credential } });
  };

  window.signInWithPasskey = async (api) => {
    const options = await call(api + '/v1/auth/passkey/options');
    if (options.status !== 200) return options;
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.body);
    const credential = (await navigator.credentials.get({ publicKey })).toJSON();
    return call(api + '/v1/auth/passkey', { body: { credential } });
  };

  window.listPasskeys = (api, token) => call(api + '/v1/me/passkeys', { method: 'GET', token });
  window.removePasskey = (api, token, id) => call(api + '/v1/me/passkeys/' + id, { method: 'DELETE', token });
</script>`;

export interface PasskeyPage {
  /** http://localhost:<port>: browsers take localhost for secure without TLS. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves the page on a free port of the loopback interface. Close it. */
export async function servePasskeyPage(): Promise<PasskeyPage> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
