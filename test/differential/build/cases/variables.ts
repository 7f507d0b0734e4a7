// Arguments and variables: where they come from, where they count and what their forms mean.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
import type { BuildCases } from '../build-case.ts';

/** A case that shows the value of an expression in a label. */
const shows = (value: string, before = 'ENV v=value path=/a/b/c.tar.gz empty=') => ({
  dockerfile: `FROM busybox\n${before}\nLABEL shown=${value}\n`,
});

export const variableCases: BuildCases = {
  'a variable with and without braces': shows('$v-${v}-$vx-${v}x'),
  'a default for what is unset or empty': shows('${none:-a}${empty:-b}${v:-c}${none-d}${empty-e}'),
  'something else for what is set': shows('${none:+a}${empty:+b}${v:+c}${none+d}${empty+e}'),
  'a default that has a variable': shows('${none:-${v}x}'),
  'a required variable that is set': shows('${v:?no}'),
  'a prefix cut off': shows('${path#*/}:${path##*/}'),
  'a suffix cut off': shows('${path%.*}:${path%%.*}'),
  'a pattern replaced': shows('${path/a/X}:${path//\\//_}'),
  'a question mark in a pattern': shows('${path#/?/}'),
  'quotes around variables': shows(`"$v b"'$v'`),
  'escapes before variables': shows('\\$v\\\\x"\\$v"'),
  'a dollar before nothing': shows('"a$ b$"'),
  'special parameters are empty': shows('"x$1$@$*x"'),
  'another escape character': { dockerfile: '# escape=`\nFROM busybox\nENV v=1\nLABEL a=`$v b=\\$v c="x`\ny"\n' },
  'ENV sees the values of the line before': { dockerfile: 'FROM busybox\nENV a=1\nENV a=2 b=$a\nENV c=$a\n' },
  'ENV in the legacy form': { dockerfile: 'FROM busybox\nENV a  b c "d"\nENV e $a\n' },
  'ENV with quotes and spaces': { dockerfile: `FROM busybox\nENV a="b c" d=e\\ f g='h "i"' j=\n` },
  'ENV over several lines': { dockerfile: 'FROM busybox\nENV a=1 \\\n    b=2 \\\n# comment\n    c=3\n' },
  'ENV with a variable for a name': { dockerfile: 'FROM busybox\nENV k=name\nENV $k=value ${k}2=x\n' },
  'ENV replaces a value in its place': { dockerfile: 'FROM busybox\nENV a=1 b=2\nENV a=3\nENV PATH=/x:$PATH\n' },
  'ARG has its default': { dockerfile: 'FROM busybox\nARG a=1\nLABEL a=$a\nRUN echo $a > /a\n' },
  'ARG has what was given': {
    dockerfile: 'FROM busybox\nARG a=1\nLABEL a=$a\nRUN echo $a > /a\n',
    buildArgs: { a: '2' },
  },
  'ARG without anything': { dockerfile: 'FROM busybox\nARG a\nLABEL a=x${a}x\nRUN echo "${a-unset}" > /a\n' },
  'ARG given empty': { dockerfile: 'FROM busybox\nARG a=1\nLABEL a=x${a-unset}x\n', buildArgs: { a: '' } },
  'ARG that nobody declared': { dockerfile: 'FROM busybox\nLABEL a=x$a\n', buildArgs: { a: '1' } },
  'several ARGs on a line': {
    dockerfile: 'FROM busybox\nARG a=1 b=${a}2 c\nLABEL x=$a$b$c\nRUN env | grep ^b= > /e\n',
  },
  'ARG after ENV': { dockerfile: 'FROM busybox\nENV a=env\nARG a=arg\nLABEL a=$a\nRUN echo $a > /a\n' },
  'ENV after ARG': {
    dockerfile: 'FROM busybox\nARG a=arg\nENV a=env\nLABEL a=$a\nRUN echo $a > /a\n',
    buildArgs: { a: 'given' },
  },
  'ENV from ARG': { dockerfile: 'FROM busybox\nARG v\nENV v=${v:-v1.0}\nRUN echo $v > /v\n', buildArgs: { v: 'v2' } },
  'ARG before its declaration': { dockerfile: 'FROM busybox\nUSER ${user:-some}\nARG user=other\nLABEL u=$user\n' },
  'a global ARG in FROM': { dockerfile: 'ARG tag=latest\nARG image=busybox:$tag\nFROM ${image}\nLABEL a=x$tag\n' },
  'a global ARG taken into a stage': { dockerfile: 'ARG a=global\nFROM busybox\nARG a\nLABEL a=$a\n' },
  'a global ARG with another default': { dockerfile: 'ARG a=global\nFROM busybox\nARG a=stage\nLABEL a=$a\n' },
  'a global ARG that was given': {
    dockerfile: 'ARG a=global\nFROM busybox\nARG a=stage\nLABEL a=$a\n',
    buildArgs: { a: 'given' },
  },
  'ARG of a stage ends with it': { dockerfile: 'FROM busybox AS one\nARG a=1\nFROM busybox\nLABEL a=x$a\n' },
  'ARG and ENV are inherited by stages': {
    dockerfile: 'FROM busybox AS one\nARG a=1\nENV b=2\nFROM one\nLABEL x=$a$b\nRUN echo $a$b > /x\n',
  },
  'platform arguments': {
    dockerfile:
      'FROM busybox\nARG TARGETPLATFORM\nARG TARGETOS TARGETARCH TARGETVARIANT BUILDPLATFORM BUILDARCH\nLABEL t=$TARGETPLATFORM/$TARGETOS/$TARGETARCH/$TARGETVARIANT b=$BUILDPLATFORM/$BUILDARCH\n',
  },
  'platform arguments need a declaration': { dockerfile: 'FROM busybox\nLABEL t=x$TARGETPLATFORM\n' },
  'platform arguments in FROM': { dockerfile: 'FROM --platform=$BUILDPLATFORM busybox\nLABEL a=b\n' },
  'a platform argument can be given': {
    dockerfile: 'FROM busybox\nARG TARGETARCH\nLABEL a=$TARGETARCH\n',
    buildArgs: { TARGETARCH: 'mine' },
  },
  'proxies reach RUN without a declaration': {
    dockerfile: 'FROM busybox\nRUN env | grep -i _proxy | sort > /proxies\nLABEL p=x$HTTP_PROXY\n',
    buildArgs: { HTTP_PROXY: 'http://proxy:1', no_proxy: 'local' },
  },
  'a proxy that is declared': {
    dockerfile: 'FROM busybox\nARG HTTP_PROXY\nLABEL p=$HTTP_PROXY\n',
    buildArgs: { HTTP_PROXY: 'http://proxy:1' },
  },
  'the name of the target stage': { dockerfile: 'FROM busybox AS one\nARG TARGETSTAGE\nLABEL t=$TARGETSTAGE\n' },
  'expansion in every instruction that has it': {
    dockerfile:
      'FROM busybox\nENV d=/data p=8080 u=1000 s=SIGINT f=file\nWORKDIR $d/${u}\nUSER $u\nEXPOSE $p ${p}/udp\nVOLUME $d/vol ${d}/2\nSTOPSIGNAL $s\nCOPY $f $d/copied\nADD ${f} $d/added\nLABEL $f=$u\n',
  },
  'no expansion in CMD, ENTRYPOINT, SHELL, HEALTHCHECK and MAINTAINER': {
    dockerfile:
      'FROM busybox\nENV v=1\nSHELL ["$v", "-c"]\nCMD ["$v"]\nENTRYPOINT $v x\nHEALTHCHECK CMD $v\nMAINTAINER $v\n',
  },
  'the shell expands what it knows': { dockerfile: 'FROM busybox\nENV v=1\nRUN w=2; echo $v$w${x:-3} > /out\n' },
  'an exec form expands nothing': {
    dockerfile: 'FROM busybox\nENV v=1\nRUN ["sh", "-c", "echo $v $$v > /out"]\nRUN ["touch", "/$v"]\n',
  },
  'patterns of every form': {
    dockerfile:
      'FROM busybox\nARG a=foo.tar.gz\nENV b=/x/y/z v="a?b*c[d]e"\nLABEL a="${a#*.}" b="${a##*.}" c="${a%.*}" d="${a%%.*}" e="${a/foo/bar}" f="${b//\\//_}" g="${a/o/}" h="${a//o/0}" i="${a/#foo/x}" j="${a/%gz/x}" k="${v#a?b}" l="${v/[a-c]/X}"\n',
  },
  'defaults in defaults': {
    dockerfile: `FROM busybox\nARG a=x\nARG b\nENV c=\${b:-\${a:-y}} d=\${b:-"q r"}\nLABEL l=\${b:-'$a'} m="\${b:-'$a'}" n=\${b:-"$a"}\n`,
  },
  'ARG of the environment': {
    dockerfile: 'FROM busybox\nARG PATH_LIKE=x\nRUN echo $PATH_LIKE > /o\n',
    flags: ['--build-arg', 'PATH_LIKE'],
  },
  'CMD and HEALTHCHECK keep theirs': {
    dockerfile:
      'FROM busybox\nENV a=b\nCMD echo $a\nENTRYPOINT ["$a"]\nHEALTHCHECK CMD echo $a\nSHELL ["$a"]\nONBUILD ENV x=$a\n',
  },
};
