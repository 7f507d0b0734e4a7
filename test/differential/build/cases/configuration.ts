// Instructions that only change what a container starts with.
import type { BuildCases } from '../build-case.ts';

const from = (...lines: string[]) => ({ dockerfile: `FROM busybox\n${lines.join('\n')}\n` });

export const configurationCases: BuildCases = {
  'CMD as a list': from('CMD ["a", "b c"]'),
  'CMD for a shell': from('CMD echo "a  b" $c'),
  'CMD empty': from('CMD []'),
  'CMD twice': from('CMD a', 'CMD ["b"]'),
  'CMD that is not quite a list': from("CMD ['a', 'b']"),
  'ENTRYPOINT as a list': from('ENTRYPOINT ["a"]', 'CMD ["b"]'),
  'ENTRYPOINT for a shell': from('ENTRYPOINT exec a'),
  'ENTRYPOINT empty': from('ENTRYPOINT []'),
  'ENTRYPOINT after CMD of the same stage': from('CMD ["b"]', 'ENTRYPOINT ["a"]'),
  'ENTRYPOINT after CMD of the base': { dockerfile: 'FROM busybox AS one\nCMD ["b"]\nFROM one\nENTRYPOINT ["a"]\n' },
  SHELL: from('SHELL ["/bin/sh", "-ec"]', 'CMD a', 'ENTRYPOINT b', 'RUN echo hi > /f'),
  'SHELL twice': from('SHELL ["/bin/ash", "-c"]', 'RUN echo $0 > /a', 'SHELL ["/bin/sh", "-xc"]', 'RUN echo $0 > /b'),
  'LABEL in many forms': from(`LABEL a=b "c d"="e f" g='h i' j="k \\"l\\"" m=`, 'LABEL n o p', 'LABEL a=2 \\', '  q=r'),
  'LABEL of the build': { ...from('LABEL a=1 b=2'), labels: { b: 'three', c: '4' } },
  'LABEL over lines': from('LABEL a="one \\', 'two"'),
  EXPOSE: from('EXPOSE 80 443/tcp 53/udp 9/sctp'),
  'EXPOSE of a range': from('EXPOSE 8000-8003 9000-9001/udp'),
  'EXPOSE in capitals': from('EXPOSE 80/TCP'),
  'EXPOSE with a host': from('EXPOSE 127.0.0.1:80:81 90:91'),
  'VOLUME as words and as a list': from('VOLUME /a /b', 'VOLUME ["/c", "/d e"]'),
  'VOLUME keeps what is put there later': from('RUN mkdir /v', 'VOLUME /v', 'RUN echo 1 > /v/f'),
  'USER in many forms': from('USER 1000:1000'),
  'USER by name': from('USER daemon', 'RUN id > /tmp/id'),
  'USER with a group': from('USER daemon:mail', 'RUN id > /tmp/id'),
  'WORKDIR is made': from('WORKDIR /a/b', 'WORKDIR c', 'RUN pwd > /pwd'),
  'WORKDIR belongs to USER': from('USER 1000:1001', 'WORKDIR /mine/too'),
  'WORKDIR with quotes, slashes and dots': from('WORKDIR "/a b"', 'WORKDIR ../c//d/'),
  'WORKDIR of the root': from('WORKDIR /', 'WORKDIR x'),
  'WORKDIR through a link': from('RUN mkdir /real && ln -s real /alias', 'WORKDIR /alias/x'),
  'STOPSIGNAL by name and number': from('STOPSIGNAL SIGQUIT', 'STOPSIGNAL 9'),
  'STOPSIGNAL without SIG': from('STOPSIGNAL term'),
  HEALTHCHECK: from(
    'HEALTHCHECK --interval=5m --timeout=3s --start-period=1m30s --start-interval=500ms --retries=5 CMD ["a", "b"]',
  ),
  'HEALTHCHECK for a shell': from('HEALTHCHECK CMD a || exit 1'),
  'HEALTHCHECK NONE': from('HEALTHCHECK CMD a', 'HEALTHCHECK NONE'),
  'HEALTHCHECK in small letters': from('healthcheck --retries=0 cmd a'),
  MAINTAINER: from('MAINTAINER Some Body <some@body>'),
  'ONBUILD is kept': from('ONBUILD RUN echo hi', 'ONBUILD COPY . /x', 'onbuild  ENV   a=b', 'ONBUILD CMD ["a"]'),
  'ONBUILD runs in the next stage': {
    dockerfile:
      'FROM busybox AS one\nONBUILD RUN echo 1 > /on\nONBUILD ENV a=b\nONBUILD COPY file /copied\nFROM one\nRUN echo $a > /a\n',
  },
  'ONBUILD does not run twice': {
    dockerfile: 'FROM busybox AS one\nONBUILD RUN echo x >> /on\nFROM one AS two\nFROM two\nRUN echo y >> /on\n',
  },
  'ONBUILD with a here-document': { dockerfile: 'FROM busybox AS one\nONBUILD COPY <<EOF /f\nhello\nEOF\nFROM one\n' },
  'ONBUILD from another stage': {
    dockerfile: 'FROM busybox AS src\nRUN echo 1 > /s\nFROM busybox AS one\nONBUILD COPY --from=src /s /s\nFROM one\n',
  },
  'keywords in any case': { dockerfile: 'from busybox\nEnv a=b\nrUn echo $a > /a\nlabel x=y\n' },
  'everything is inherited by the next stage': {
    dockerfile:
      'FROM busybox AS one\nENV a=b\nLABEL l=1\nEXPOSE 80\nVOLUME /v\nUSER 5\nWORKDIR /w\nSTOPSIGNAL 3\nHEALTHCHECK CMD x\nENTRYPOINT ["e"]\nCMD ["c"]\nSHELL ["/bin/ash","-c"]\nFROM one\nLABEL m=2\n',
  },
  'an image of nothing': { dockerfile: 'FROM scratch\n' },
  'an image of nothing with a label': { dockerfile: 'FROM scratch\nLABEL a=b\nENV c=d\n' },
  'only FROM': { dockerfile: 'FROM busybox\n' },
  'ONBUILD is named and numbered': {
    dockerfile:
      'FROM busybox AS a\nONBUILD RUN echo 1 >> /l\nONBUILD WORKDIR /x\nONBUILD USER 5\nONBUILD ARG q=1\nONBUILD LABEL q=$q\nFROM a AS b\nRUN echo mine > /tmp/l\nFROM b\n',
  },
  'ONBUILD that makes no sense in the next stage': {
    dockerfile: 'FROM busybox AS one\nONBUILD COPY file "/f x"\nFROM one\nRUN echo two\n',
  },
  'WORKDIR below a file': from('RUN touch /x', 'WORKDIR /x/y'),
  'WORKDIR over a file': from('RUN touch /x', 'WORKDIR /x'),
  'HEALTHCHECK of zeros': from('HEALTHCHECK --interval=0s --timeout=0 --retries=0 CMD x'),
  'names in capitals, tabs and quotes': from('ENV\ta=b', 'WorkDir "/a b"', 'COPY   "file"   /x/', 'add file /y'),
};
