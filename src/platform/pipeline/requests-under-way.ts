import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceUnavailable } from '../errors/index.js';

/** How exactly the deadline is kept. */
const SWEEP_MS = 500;
/** At a stop: who is connected and says something within this is told to come back. */
const LAST_WORDS_MS = 500;

class DeadlineExceeded extends ServiceUnavailable {}

const overdue = new WeakSet<FastifyRequest>();

/** Whether the deadline has answered for it. */
export function isOverdue(request: FastifyRequest): boolean {
  return overdue.has(request);
}

/**
 * No request is under way for longer than this: a handler that does not come back is answered for with 503, and a client that
 * does not take its answer is hung up on. One timer looks through all of them, oldest first. Nothing stops a handler in
 * JavaScript, but it gets no further at the database: platform/database/scoped-pool.ts. @control B6.5 A12.5
 */
export function installDeadline(server: FastifyInstance, deadlineMs: number): void {
  const underWay = new Map<FastifyReply, number>();
  server.addHook('onRequest', function beginDeadline(_request, reply, done) {
    underWay.set(reply, performance.now());
    done();
  });
  server.addHook('onResponse', function endDeadline(_request, reply, done) {
    underWay.delete(reply);
    done();
  });
  const sweep = (): void => {
    const tooEarly = performance.now() - deadlineMs;
    for (const [reply, began] of underWay) {
      if (began > tooEarly) return;
      underWay.delete(reply);
      end(reply);
    }
  };
  const timer = setInterval(sweep, Math.min(SWEEP_MS, deadlineMs)).unref();
  server.addHook('onClose', async () => clearInterval(timer));
}

function end(reply: FastifyReply): void {
  if (reply.sent) return void reply.raw.destroy();
  overdue.add(reply.request);
  void reply.send(new DeadlineExceeded());
}

/** Node counts a connection on which no request has arrived yet as busy: it would hold up a stop until the process is killed. */
export function hangUpOnTheSilent(server: FastifyInstance): void {
  const silent = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.server.on('request', ({ socket }) => silent.delete(socket));
  server.addHook('preClose', (done) => {
    setTimeout(() => silent.forEach((socket) => socket.destroy()), LAST_WORDS_MS).unref();
    done();
  });
}
