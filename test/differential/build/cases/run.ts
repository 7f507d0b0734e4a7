// RUN: forms, here-documents, mounts, network and what it finds around it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
import type { BuildCases } from '../build-case.ts';

const from = (...lines: string[]) => ({ dockerfile: `FROM busybox\n${lines.join('\n')}\n` });

export const runCases: BuildCases = {
  'for a shell': from('RUN echo one > /one && echo two > /two'),
  'as a list': from('RUN ["sh", "-c", "echo $0 > /zero"]', 'RUN ["touch", "/a b"]'),
  'over several lines with comments': from(
    'RUN echo a \\',
    '  # comment',
    '',
    '  && echo b > /b \\',
    '  && echo c > /c',
  ),
  'spaces at the start of lines stay': from('RUN echo "a\\', '    b" > /f'),
  'a hash that is no comment': from('RUN echo a # b > /f', 'RUN echo c#d > /g'),
  'a here-document': from('RUN <<EOF', 'set -e', 'echo $0 > /zero', 'echo "a  b" > /f', 'EOF'),
  'a here-document with a first line': from('RUN <<EOF', '#!/bin/ash', 'echo $0 > /zero', 'EOF'),
  'a here-document for a program': from('RUN sh -s x <<EOF', 'echo $1 > /f', 'EOF'),
  'two here-documents': from('RUN cat <<A > /a && cat <<B > /b', 'one', 'A', 'two', 'B'),
  'a here-document with tabs': from('RUN <<-EOF', '\techo a > /a', '\tEOF'),
  'a here-document that is quoted': from(
    'ENV v=1',
    'RUN cat <<"EOF" > /f',
    '$v',
    'EOF',
    'RUN cat <<EOF > /g',
    '$v',
    'EOF',
  ),
  'the environment': from(
    'ENV a=b',
    'ARG c=d',
    'RUN env | grep -v "^HOSTNAME=\\|^SHLVL=\\|^_=\\|_proxy=" | sort > /env',
  ),
  'where it runs, and who runs it': from('RUN { pwd; id -u; id -g; umask; hostname; } > /about'),
  'what is mounted leaves nothing': from('RUN ls -a / > /tmp/ls; ls /dev | grep -v -e pts > /tmp/dev'),
  'files of every kind': from(
    'RUN mkdir /k && cd /k && touch f && ln f hard && ln -s f soft && mkfifo pipe && chmod 4711 f && mkdir -m 1777 sticky && chown 7:8 f',
  ),
  'removes what the base has': from('RUN rm -r /home /bin/wget && rm /etc/shadow'),
  'replaces a directory by a file and the other way round': from(
    'RUN mkdir /d && touch /d/x /f',
    'RUN rm -r /d && touch /d && rm /f && mkdir /f',
  ),
  'makes a directory anew': from('RUN mkdir /d && touch /d/old', 'RUN rm -r /d && mkdir /d && touch /d/new'),
  'renames a directory of the base': from('RUN mv /home /house'),
  'changes only a mode': from('RUN chmod 700 /etc/passwd'),
  'ends with a code': from('RUN exit 7'),
  'ends with a code after output': from('RUN echo out; echo err >&2; exit 3'),
  'a program that is not there': from('RUN ["/nosuch"]'),
  'a shell that is not there': { dockerfile: 'FROM scratch\nRUN true\n' },
  'a user that is not there': from('USER nosuch', 'RUN true'),
  'killed by a signal': from('RUN kill -9 $$'),
  'as another user': from('USER 1234:5678', 'RUN id -u > /tmp/u; id -g > /tmp/g; touch /tmp/mine'),
  'in a directory that was inherited': from('WORKDIR /w', 'RUN echo x > rel'),
  '--network=none': from('RUN --network=none ls /sys/class/net > /net'),
  '--network that is wrong': from('RUN --network=nothing true'),
  '--mount=type=bind': {
    dockerfile:
      'FROM busybox\nRUN --mount=type=bind,target=/ctx cat /ctx/file > /copied; touch /ctx/x 2>/dev/null || echo readonly >> /copied\n',
  },
  '--mount=type=bind of a file': {
    dockerfile: 'FROM busybox\nRUN --mount=source=file,target=/some/place cp /some/place /copied\n',
  },
  '--mount=type=bind to be written': {
    dockerfile:
      'FROM busybox\nRUN --mount=target=/ctx,rw echo x > /ctx/new && cp /ctx/new /new\nRUN --mount=target=/ctx ls /ctx > /ls\n',
  },
  '--mount from a stage': {
    dockerfile:
      'FROM busybox AS one\nRUN echo 1 > /one\nFROM busybox\nRUN --mount=from=one,source=/one,target=/x cat /x > /y\n',
  },
  '--mount from an image': { dockerfile: 'FROM busybox\nRUN --mount=from=busybox,target=/other ls /other > /ls\n' },
  '--mount to a relative place': {
    dockerfile: 'FROM busybox\nWORKDIR /w\nRUN --mount=target=x,source=file pwd > /pwd && cat x > /f\n',
  },
  '--mount with a variable': {
    dockerfile: 'FROM busybox\nARG to=/mnt/x\nRUN --mount=target=$to,source=file cat $to > /f\n',
  },
  '--mount=type=cache': {
    dockerfile:
      'FROM busybox\nRUN --mount=type=cache,target=/c,id={CACHE} echo 1 > /c/kept\nRUN --mount=type=cache,target=/c,id={CACHE} cat /c/kept > /f\nRUN ls -A / > /ls\n',
  },
  '--mount=type=cache with owner and mode': {
    dockerfile:
      'FROM busybox\nRUN --mount=type=cache,target=/c,id={CACHE}o,uid=5,gid=6,mode=0711 stat -c "%u %g %a" /c > /f\n',
  },
  '--mount=type=cache from a stage': {
    dockerfile:
      'FROM busybox AS one\nRUN mkdir -m 1751 /seed && echo 1 > /seed/s && chown 3:4 /seed\nFROM busybox\nRUN --mount=type=cache,target=/c,id={CACHE}s,from=one,source=/seed cat /c/s > /f; stat -c "%u %g %a" /c >> /f\n',
  },
  '--mount=type=tmpfs': {
    dockerfile: 'FROM busybox\nRUN --mount=type=tmpfs,target=/t touch /t/x && grep -c " /t tmpfs" /proc/mounts > /f\n',
  },
  '--mount=type=tmpfs with a size': {
    dockerfile:
      'FROM busybox\nRUN --mount=type=tmpfs,target=/t,size=1m dd if=/dev/zero of=/t/x bs=1k count=2048 2>/dev/null || echo full > /f\n',
  },
  '--mount=type=secret': {
    dockerfile:
      'FROM busybox\nRUN --mount=type=secret,id=s cat /run/secrets/s > /f; stat -c "%a %u" /run/secrets/s >> /f\nRUN ls /run > /ls\n',
    flags: ['--secret', 'id=s,src={DIR}/file'],
  },
  '--mount=type=secret at a place': {
    dockerfile:
      'FROM busybox\nRUN --mount=type=secret,id=s,target=/etc/some/secret,mode=0444,uid=3,gid=4 stat -c "%a %u %g" /etc/some/secret > /f\n',
    flags: ['--secret', 'id=s,src={DIR}/file'],
  },
  '--mount=type=secret as a variable': {
    dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=s,env=S echo $S > /f\n',
    flags: ['--secret', 'id=s,src={DIR}/file'],
  },
  '--mount=type=secret as a variable, that is not there': {
    dockerfile: 'FROM busybox\nENV S=own\nRUN --mount=type=secret,id=s,env=S echo "<${S-unset}>" > /f\n',
  },
  '--mount=type=secret that is not there': {
    dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=s ls /run/secrets > /f 2>&1 || true\n',
  },
  '--mount=type=secret that is required': { dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=s,required true\n' },
  '--mount=type=ssh that is required': { dockerfile: 'FROM busybox\nRUN --mount=type=ssh,required true\n' },
  '--add-host': {
    dockerfile: 'FROM busybox\nRUN grep some.host /etc/hosts > /f\n',
    flags: ['--add-host', 'some.host:10.1.2.3'],
  },
  '--mount=type=bind to be written shows only its files': {
    dockerfile: 'FROM busybox\nRUN --mount=target=/c,rw rm /c/file && ls -A /c > /o\n',
  },
  '--mount=type=bind by all names of its options': from(
    'RUN --mount=src=file,dst=/m cat /m > /a',
    'RUN --mount=source=file,destination=/m,ro cat /m > /b',
    'RUN --mount=type=bind,"target=/a,b",source=file cat "/a,b" > /c',
  ),
  '--mount=type=bind over a file': from(
    'RUN --mount=source=file,target=/etc/passwd cat /etc/passwd > /o',
    'RUN head -n1 /etc/passwd > /p',
  ),
  '--mount=type=cache with mode and owner': from(
    'RUN --mount=type=cache,id={CACHE}-owned,target=/c,mode=0711,uid=5,gid=6,sharing=locked stat -c "%a %u %g" /c > /o',
  ),
  '--mount=type=cache by its id': from(
    'RUN --mount=type=cache,id={CACHE}-shared,target=/a echo {CACHE} > /a/x',
    'RUN --mount=type=cache,id={CACHE}-shared,target=/b cat /b/x > /o; rm /b/x',
  ),
  '--mount=type=cache without a target': from('RUN --mount=type=cache true'),
  '--mount=type=tmpfs of a size': from(
    `RUN --mount=type=tmpfs,target=/t,size=1m df -k /t | tail -n1 | awk '{print $2}' > /o`,
  ),
  '--mount=type=secret as a variable of a variable': {
    ...from('RUN --mount=type=secret,id=s,env=S test -n "$S" && echo ok > /o; ls /run/secrets >> /o 2>&1; true'),
    flags: ['--secret', 'id=s,env=PATH'],
  },
  '--mount=type=secret with mode and owner': {
    ...from('RUN --mount=type=secret,id=s,mode=0444,uid=7,gid=8,target=/x/y stat -c "%a %u %g" /x/y > /o'),
    flags: ['--secret', 'id=s,src={DIR}/file'],
  },
  '--mount=type=secret of a variable that is not set': {
    ...from('RUN --mount=type=secret,id=s cat /run/secrets/s > /o'),
    flags: ['--secret', 'id=s,env=NOBODY_SETS_THIS'],
  },
  '--mount=type=ssh nobody forwards': { ...from('RUN --mount=type=ssh env | grep SSH_AUTH > /o; true'), flags: [] },
  '--add-host of the gateway': {
    ...from('RUN grep -c some.host /etc/hosts > /f'),
    flags: ['--add-host', 'some.host:host-gateway'],
  },
  '--shm-size and --ulimit': {
    ...from(`RUN df -k /dev/shm | tail -n1 | awk '{print $2}' > /o; ulimit -n >> /o; ulimit -Hn >> /o`),
    flags: ['--shm-size', '32m', '--ulimit', 'nofile=1000:2000'],
  },
  'a here-document that fails': from('RUN <<EOF', 'set -e', 'false', 'EOF'),
  'fails with quotes in it': from('RUN exit 1 # "q" \\x'),
  'a list with escapes': from('RUN ["echo", "a\\tb", "$PATH"]', 'RUN ["/bin/sh", "-c", "exit 1 \\"q\\""]'),
  'by many spaces and tabs': from('RUN\techo\thi > /o', 'run   echo   a   >>   /o'),
};
