import { createServer } from 'node:http';
import type { Readiness } from './health.controller.js';
import { collectProcessMetrics, metricsPage } from './metrics.js';

/**
 * `/metrics`, `/health/live` and `/health/ready` of a process that serves nothing else; without tokens, as in the API.
 * @throws when the port is taken
 */
export async function serveMetrics(
  { port, host }: { port: number; host: string },
  readiness: Readiness,
): Promise<{ port: number; stop(): Promise<void> }> {
  collectProcessMetrics();
  const pages: Record<string, () => Promise<{ status?: number; type: string; text: string }>> = {
    '/metrics': async () => {
      const { contentType, text } = await metricsPage();
      return { type: contentType, text };
    },
    '/health/live': async () => json({ status: 'ok' }),
    '/health/ready': async () => {
      const ready = await readiness();
      return { ...json(ready), status: ready.status === 'down' ? 503 : 200 };
    },
  };
  const server = createServer((request, response) => {
    const page = request.method === 'GET' ? pages[request.url?.split('?')[0] ?? ''] : undefined;
    const made = page ? page() : Promise.resolve({ status: 404, ...json({ status: 'not found' }) });
    made.then(
      ({ status = 200, type, text }) => response.writeHead(status, { 'content-type': type }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function json(value: object): { type: string; text: string } {
  return { type: 'application/json; charset=utf-8', text: JSON.stringify(value) };
}
