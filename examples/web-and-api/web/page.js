// The page, as text.

/** A greeting in HTML; what comes from elsewhere is escaped. */
export function page(greeting) {
  const safe = greeting.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`);
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Greetings</title>\n<h1>${safe}, world</h1>\n</html>\n`;
}
