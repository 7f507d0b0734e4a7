// The Engine API on HTTP: listens, negotiates versions, finds the declared operation of a request, decodes what it
// carries, calls its handler and sends the reply or the error as Docker does. What the operations do is left to the
// services; `routes/` binds the two.

export { createApiServer } from './api-server.ts';
export type { Handlers } from './handler.ts';
export { createHandlers } from './routes/handlers.ts';
