// `--call=subrequests.describe`: which questions are answered.
import { type FrontendAnswer, formatJson, formatTable, textAnswer } from './frontend-answer.ts';

const results = (...names: string[]) => names.map(name => ({ name: `result.${name}` }));

const known = [
  {
    name: 'frontend.lint',
    version: '1.0.0',
    type: 'rpc',
    description: 'Lint a Dockerfile',
    metadata: results('json', 'txt', 'statuscode'),
  },
  {
    name: 'frontend.outline',
    version: '1.0.0',
    type: 'rpc',
    description: 'List all parameters current build target supports',
    metadata: results('json', 'txt'),
  },
  {
    name: 'frontend.targets',
    version: '1.0.0',
    type: 'rpc',
    description: 'List all targets current build supports',
    metadata: results('json', 'txt'),
  },
  {
    name: 'frontend.subrequests.describe',
    version: '1.0.0',
    type: 'rpc',
    description: 'List available subrequest types',
    metadata: results('json', 'txt'),
  },
] as const;

export function describeAnswer(): FrontendAnswer {
  const rows = known.map(({ name, version, description }) => [name.replace('frontend.', ''), version, description]);
  return textAnswer({
    'result.json': formatJson(known),
    'result.txt': formatTable([['NAME', 'VERSION', 'DESCRIPTION'], ...rows]),
    version: '1.0.0',
  });
}
