// The two command lines, `docker` with Docker and `berth` with Berth: exit codes and what they print.

import { fill, type Play, runs, type Scenarios } from '../scenario.ts';

/** Several command lines in turn. */
const all =
  (...lines: string[]): Play =>
  async side => {
    for (const line of lines) await side.cli(line.split(' ').map(arg => fill(arg, side)));
  };

export const commandLineScenarios: Scenarios = {
  'run and its output': runs('run', '--rm', 'busybox', 'echo', 'hello'),
  'run and its exit code': runs('run', '--rm', 'busybox', 'sh', '-c', 'echo no >&2; exit 9'),
  'run with standard input': async side => {
    await side.cli(['run', '--rm', '-i', 'busybox', 'cat'], { stdin: 'through\n' });
  },
  'run of no command': runs('run', '--rm', '--name', 'NAME-c', 'busybox', 'nosuch'),
  'run of what cannot be executed': runs('run', '--rm', '--name', 'NAME-c', 'busybox', '/etc/passwd'),
  'run of no image': runs('run', '--pull', 'never', 'nosuch-image'),
  'run of a malformed image': runs('run', 'UPPER'),
  'run with an unknown flag': runs('run', '--nosuch', 'busybox'),
  'run without an image': runs('run'),
  'run with a malformed memory': runs('run', '-m', 'lots', 'busybox'),
  'run with a malformed port': runs('run', '-p', 'x:y', 'busybox'),
  'run with a malformed mount': all(
    'run --mount type=nosuch busybox',
    'run --mount nosuch busybox',
    'run --mount type=bind,src=/tmp busybox',
  ),
  'run with a malformed restart': runs('run', '--restart', 'sometimes', 'busybox'),
  'run detached and removed': runs('run', '-d', '--rm', '--restart', 'always', 'busybox'),
  'run with a malformed ulimit': runs('run', '--ulimit', 'nofile', 'busybox'),
  'run with a malformed environment file': runs('run', '--env-file', '/nosuch', 'busybox'),
  'run with a malformed link of options': all(
    'run --name NAME-n --network nosuch busybox',
    'run --name NAME-c --network container:nosuch busybox',
  ),
  'create and rm': all(
    'create --name NAME-c busybox true',
    'create --name NAME-c busybox true',
    'rm NAME-c',
    'rm NAME-c',
    'rm -f NAME-c',
  ),
  'rm of running': all('rm {running}', 'rm nosuch {paused}'),
  'start of nothing': all(
    'start nosuch',
    'start -a nosuch',
    'stop nosuch',
    'kill nosuch',
    'restart nosuch',
    'pause nosuch',
  ),
  'kill of what does not run': all(
    'kill {created}',
    'kill -s NOSUCH {running}',
    'pause {created}',
    'unpause {running}',
  ),
  'exit code of start -a': runs('start', '-a', '{exited}'),
  logs: all(
    'logs {exited}',
    'logs -n 1 {exited}',
    'logs --tail x {exited}',
    'logs nosuch',
    'logs --since nonsense {exited}',
  ),
  inspect: all(
    'inspect nosuch',
    'inspect -f {{.Nosuch}} {created}',
    'inspect -f {{ {created}',
    'inspect -f {{.State.Status}} {exited}',
    'inspect --type nosuch {created}',
    'inspect --type image {created}',
  ),
  ps: all(
    'ps -a --filter name=NAME --format {{.Names}}|{{.Image}}|{{.Command}}|{{.Ports}}|{{.Labels}}|{{.Mounts}}|{{.Networks}}|{{.State}}',
    'ps --filter nosuch=1',
    'ps --filter nosuch',
    'ps --format {{.Nosuch}}',
    'ps -a --filter name=NAME --format json',
    'ps -n x',
  ),
  'ps as a table': runs('ps', '-a', '--filter', 'name=NAME', '--format', 'table {{.Names}}\t{{.Image}}\t{{.Command}}'),
  cp: all(
    'cp {exited}:/nosuch /tmp',
    'cp nosuch:/x /tmp',
    'cp /nosuch {exited}:/tmp',
    'cp /a /b',
    'cp {exited}:/a {exited}:/b',
  ),
  'exec errors': all('exec nosuch true', 'exec {created} true', 'exec {paused} true', 'exec', 'exec {running}'),
  wait: all('wait {exited}', 'wait nosuch', 'wait'),
  port: all('port {running}', 'port {running} 80', 'port nosuch', 'port {running} x/y'),
  top: all('top {created}', 'top nosuch'),
  diff: all('diff {exited}', 'diff nosuch'),
  rename: all('rename nosuch NAME-x', 'rename {created} {running}', 'rename {created}'),
  update: all(
    'update --memory x {created}',
    'update --restart nosuch {created}',
    'update {created}',
    'update --memory 1k {created}',
  ),
  attach: all('attach nosuch', 'attach {exited}', 'attach {paused}', 'attach {created}'),
  stats: all('stats --no-stream nosuch', 'stats --no-stream --format {{.Name}} {created}'),
  images: all(
    'images --filter reference=nosuch',
    'images busybox --format {{.Repository}}:{{.Tag}}',
    'images --filter nosuch=1',
    'images nosuch -q',
    'images --format {{.Nosuch}} busybox',
  ),
  'image errors': all(
    'rmi nosuch',
    'tag nosuch NAME-x',
    'tag busybox UPPER',
    'history nosuch',
    'import /nosuch',
    'load -i /nosuch',
    'image inspect nosuch',
    'inspect -s -f {{.Os}} busybox',
    'import /nosuch UPPER',
    'save',
  ),
  // `stop $ID` in quotes, with nothing in the variable.
  'empty names': all(
    'stop ',
    'kill ',
    'inspect ',
    'logs ',
    'exec  true',
    'commit ',
    'volume rm ',
    'network inspect ',
    'image inspect ',
  ),
  history: all('history busybox --format {{.CreatedBy}}|{{.Size}}|{{.Comment}}', 'history -q --no-trunc busybox'),
  volumes: all(
    'volume create NAME-v',
    'volume ls --filter name=NAME --format {{.Name}}|{{.Driver}}|{{.Scope}}',
    'volume rm NAME-v',
    'volume rm NAME-v',
    'volume inspect NAME-v',
    'volume create a!b',
  ),
  networks: all(
    'network ls --format {{.Name}}|{{.Driver}}|{{.Scope}}',
    'network rm bridge',
    'network inspect nosuch',
    'network inspect -f {{.Driver}} host',
  ),
  'unknown commands': all('nosuch', 'container nosuch', 'container', 'ps extra', 'rm'),
  'mistyped flags': all('ps --al', 'logs -z x', 'run -z'),
  'version and info': all(
    'version --format {{.Server.Os}}',
    'version -f {{.Nosuch}}',
    'info -f {{.OSType}}',
    'info -f {{.Nosuch}}',
  ),
  'events of the past': all(
    'events --since 1 --until 2',
    'events --since nonsense --until 2',
    'events --filter nosuch --until 1',
  ),
};
