// The error of a build whose warnings are errors (`# check=error=true`).
import { DockerfileError } from '../dockerfile-error.ts';

/** Located at the first finding. The findings themselves are told as warnings. */
export class LintError extends DockerfileError {}
