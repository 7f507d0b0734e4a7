// Times as Go prints them, in the zone of this machine.

/** `2026-11-21 12:19:18 +0000 UTC`: Go's time.Time.String. */
export function formatGoTime(milliseconds: number): string {
  const { date, clock, offset, zone } = parts(new Date(milliseconds));
  return `${date} ${clock} ${offset.replace(':', '')} ${zone}`;
}

/** `2026-11-21T12:19:18.107177829Z`: RFC 3339 with nine digits. */
export function formatRfc3339Nano(nanoseconds: bigint): string {
  const { date, clock, offset } = parts(new Date(Number(nanoseconds / 1_000_000n)));
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  return `${date}T${clock}.${fraction}${offset === '+00:00' ? 'Z' : offset}`;
}

/** `Fri May 30 12:07:14 2025`: Go's ANSIC form, in UTC. */
export function formatAnsic(milliseconds: number): string {
  const [day, date, month, year, clock] = new Date(milliseconds).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${clock} ${year}`;
}

/** `2026-11-21T12:19:18Z`: RFC 3339 without a fraction. */
export function formatRfc3339(milliseconds: number): string {
  const { date, clock, offset } = parts(new Date(milliseconds));
  return `${date}T${clock}${offset === '+00:00' ? 'Z' : offset}`;
}

function parts(time: Date): { date: string; clock: string; offset: string; zone: string } {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = -time.getTimezoneOffset();
  const size = Math.abs(minutes);
  const zoneName = minutes === 0 ? 'UTC' : (/\(([A-Z]+)\)$/.exec(time.toString())?.[1] ?? '');
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return {
    date: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`,
    clock: `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`,
    offset,
    zone: zoneName || offset.replace(':', ''),
  };
}
