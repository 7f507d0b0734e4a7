// The whole corpus by what its cases are about.
import type { BuildCases } from './build-case.ts';
import { addCases } from './cases/add.ts';
import { configurationCases } from './cases/configuration.ts';
import { copyCases } from './cases/copy.ts';
import { errorCases } from './cases/errors.ts';
import { runCases } from './cases/run.ts';
import { stageCases } from './cases/stages.ts';
import { variableCases } from './cases/variables.ts';

export const corpus: Readonly<Record<string, BuildCases>> = {
  variables: variableCases,
  COPY: copyCases,
  ADD: addCases,
  RUN: runCases,
  configuration: configurationCases,
  stages: stageCases,
  errors: errorCases,
};
