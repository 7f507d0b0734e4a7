import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from '../../../../test/support/certificates.ts';
import { outOfDate } from './out-of-date.ts';

test('a certificate has its time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-dates-'));
  try {
    const pem = readFileSync((await makeCertificates(folder)).server.cert, 'utf8');
    const century = 100 * 365 * 24 * 3_600_000;
    expect(outOfDate(pem, Date.now() + 1000)).toBeUndefined();
    expect(outOfDate(pem, Date.now() + century)).toMatchObject({ from: expect.stringContaining('GMT') });
    expect(outOfDate(pem, 0)).toMatchObject({ to: expect.stringContaining('GMT') });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
