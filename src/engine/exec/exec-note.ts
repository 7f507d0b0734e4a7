// What one daemon tells the next about an exec.

import type { ExecConfig } from '../../api/types/exec.ts';

/** What an exec leaves for a daemon after this one. */
export interface ExecNote {
  config: ExecConfig;
  /** A health check's: nobody asks for it, and the next one comes anyway. */
  probe: boolean;
}
