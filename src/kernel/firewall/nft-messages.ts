// nf_tables over nfnetlink: the messages for sets, elements and tables (include/uapi/linux/netfilter/nf_tables.h).
import { attribute, attributeText, findAttribute, nested, readAttributes } from '../netlink/attributes.ts';
import type { SetElement } from './firewall.ts';

const NFNL_SUBSYS_NFTABLES = 10;
const message = (type: number) => (NFNL_SUBSYS_NFTABLES << 8) | type;

export const NFT = {
  BATCH_BEGIN: 0x10,
  BATCH_END: 0x11,
  GETTABLE: message(1),
  DELTABLE: message(2),
  NEWSETELEM: message(12),
  GETSETELEM: message(13),
  DELSETELEM: message(14),
} as const;

const NFPROTO_IPV4 = 2;
const NFTA_TABLE_NAME = 1;
const NFTA_SET_ELEM_LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM = { KEY: 1, DATA: 2 } as const;
const NFTA_DATA_VALUE = 1;
const headerSize = 4;
/** A nested attribute's length is 16 bits; this stays well below. */
const maximumElements = 32 << 10;

/** struct nfgenmsg; the resource id names the subsystem in a batch's ends. */
function header(family: number, resource = 0): Buffer {
  return Buffer.from([family, 0, resource >> 8, resource & 0xff]);
}

export const batchMark = (): Buffer => header(0, NFNL_SUBSYS_NFTABLES);

/** Names a table of IPv4; without a name, all tables. */
export function tableMessage(name?: string): Buffer {
  return Buffer.concat([header(NFPROTO_IPV4), ...(name === undefined ? [] : [attribute(NFTA_TABLE_NAME, name)])]);
}

/** The name in an answer about a table; '' when it says none. */
export function readTableName(body: Buffer): string {
  return attributeText(findAttribute(body.subarray(headerSize), NFTA_TABLE_NAME) ?? Buffer.alloc(0));
}

/** All elements of a set, when given none to name. */
export function setMessage(table: string, set: string, elements?: Buffer): Buffer {
  return Buffer.concat([
    header(NFPROTO_IPV4),
    attribute(NFTA_SET_ELEM_LIST.TABLE, table),
    attribute(NFTA_SET_ELEM_LIST.SET, set),
    ...(elements ? [nested(NFTA_SET_ELEM_LIST.ELEMENTS, elements)] : []),
  ]);
}

/** Message bodies for elements of any sets, grouped by set, none longer than an attribute can be. */
export function elementMessages(table: string, elements: SetElement[]): Buffer[] {
  const bySet = Map.groupBy(elements, element => element.set);
  return [...bySet].flatMap(([set, members]) => {
    const chunks: Buffer[][] = [[]];
    let size = 0;
    for (const bytes of members.map(elementAttribute)) {
      if (size + bytes.length > maximumElements) {
        chunks.push([]);
        size = 0;
      }
      chunks.at(-1)!.push(bytes);
      size += bytes.length;
    }
    return chunks.map(chunk => setMessage(table, set, Buffer.concat(chunk)));
  });
}

/** The elements of one answer to GETSETELEM; verdicts have no `data`. */
export function readElements(body: Buffer): { key: Buffer; data?: Buffer }[] {
  const list = findAttribute(body.subarray(headerSize), NFTA_SET_ELEM_LIST.ELEMENTS) ?? Buffer.alloc(0);
  return [...readAttributes(list)].flatMap(({ value }) => {
    const key = dataValue(findAttribute(value, NFTA_SET_ELEM.KEY));
    const data = dataValue(findAttribute(value, NFTA_SET_ELEM.DATA));
    return key ? [{ key, ...(data && { data }) }] : [];
  });
}

function elementAttribute({ key, data }: SetElement): Buffer {
  return nested(
    NFTA_LIST_ELEM,
    nested(NFTA_SET_ELEM.KEY, attribute(NFTA_DATA_VALUE, key)),
    ...(data ? [nested(NFTA_SET_ELEM.DATA, attribute(NFTA_DATA_VALUE, data))] : []),
  );
}

function dataValue(data: Buffer | undefined): Buffer | undefined {
  return data && findAttribute(data, NFTA_DATA_VALUE);
}
