// Operations on tasks.

import { bool, filters, str } from '../../codecs.ts';
import { endpoint, frames, json } from '../../endpoint.ts';
import type { Task } from '../../types/swarm/tasks.ts';

/** Keys are the operation ids of the reference. */
export const tasks = {
  TaskList: endpoint({ method: 'GET', path: '/tasks', query: { filters }, response: json<Task[]>() }),
  TaskInspect: endpoint({ method: 'GET', path: '/tasks/{id}', response: json<Task>() }),
  TaskLogs: endpoint({
    method: 'GET',
    path: '/tasks/{id}/logs',
    query: {
      details: bool,
      follow: bool,
      stdout: bool,
      stderr: bool,
      since: str,
      timestamps: bool,
      tail: str,
      until: str,
    },
    response: frames,
  }),
};
