/** Evaluates the expressions of HCL that examples/terraform uses. */

/** Returns the value of the first parts of a path such as `var.image`, and the number of those parts. */
export type Lookup = (path: readonly string[]) => readonly [value: unknown, length: number];

/** `"literal"`, `name`, number, or punctuation; a literal can contain `${...}` with literals. */
const TOKEN = /\s*(?:("(?:\$\{(?:"[^"]*"|[^"}])*\}|[^"\\])*")|([A-Za-z_][\w-]*)|(\d+)|(==|!=|[[\]{}().,?:=]))/y;

const FUNCTIONS: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  jsonencode: ([value]) => JSON.stringify(value),
  merge: (args) => Object.assign({}, ...args),
};

/** The value of a text that hcl2json prints: with each `${...}` evaluated. */
export function evaluateTemplate(text: string, lookup: Lookup): unknown {
  const start = text.indexOf('${');
  if (start < 0) return text;
  const end = closingBrace(text, start + 2);
  const value = evaluateExpression(text.slice(start + 2, end), lookup);
  if (start === 0 && end === text.length - 1) return value;
  return `${text.slice(0, start)}${value}${evaluateTemplate(text.slice(end + 1), lookup)}`;
}

function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let place = start; place < text.length; place += 1) {
    if (text[place] === '{') depth += 1;
    if (text[place] === '}') depth -= 1;
    if (depth === 0) return place;
  }
  throw new Error(`no closing brace: ${text}`);
}

/** @throws for syntax that is not supported. */
export function evaluateExpression(text: string, lookup: Lookup): unknown {
  const tokens = tokensOf(text);
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const next = (): string => tokens[position++] ?? fail('the end');
  const fail = (found: string | undefined): never => {
    throw new Error(`unsupported expression, at ${found}: ${text}`);
  };
  const take = (expected: string): boolean => {
    if (peek() !== expected) return false;
    position += 1;
    return true;
  };
  const expect = (expected: string): void => void (take(expected) || fail(peek()));

  function conditional(scope: Lookup): unknown {
    const left = primary(scope);
    const equality = take('==') ? true : take('!=') ? false : undefined;
    const condition = equality === undefined ? left : (left === primary(scope)) === equality;
    if (!take('?')) return condition;
    const whenTrue = conditional(scope);
    expect(':');
    const whenFalse = conditional(scope);
    return condition === true ? whenTrue : whenFalse;
  }

  function primary(scope: Lookup): unknown {
    const token = next();
    if (token.startsWith('"')) return evaluateTemplate(token.slice(1, -1), scope);
    if (/^\d/.test(token)) return Number(token);
    if (token === '[') return peek() === 'for' ? comprehension(scope) : items(']', () => conditional(scope));
    if (token === '{') return Object.fromEntries(items('}', () => entry(scope)));
    if (!/^[A-Za-z_]/.test(token)) return fail(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (take('(')) return (FUNCTIONS[token] ?? fail(token))(items(')', () => conditional(scope)));
    return traversal(token, scope);
  }

  function traversal(root: string, scope: Lookup): unknown {
    const path = [root];
    while (take('.')) path.push(next());
    const [start, length] = scope(path);
    let value = path.slice(length).reduce(member, start);
    while (take('[')) {
      value = member(value, String(conditional(scope)));
      expect(']');
    }
    return value;
  }

  function items<T>(end: string, item: () => T): T[] {
    const list: T[] = [];
    while (!take(end)) {
      list.push(item());
      take(',');
    }
    return list;
  }

  function entry(scope: Lookup): [string, unknown] {
    const name = next();
    if (!take('=')) expect(':');
    return [name.startsWith('"') ? name.slice(1, -1) : name, conditional(scope)];
  }

  /** `[for key, value in map : ...]` */
  function comprehension(scope: Lookup): readonly unknown[] {
    expect('for');
    const names = items('in', next);
    const source = conditional(scope);
    expect(':');
    const start = position;
    const body = (pair: readonly unknown[]): unknown => {
      position = start;
      return conditional((path) => {
        const index = names.indexOf(path[0] ?? '');
        return index < 0 ? scope(path) : [pair[index], 1];
      });
    };
    const values = Object.entries(Object(source)).map(body);
    // Reads the body of an empty map.
    if (values.length === 0) body([]);
    expect(']');
    return values;
  }

  const value = conditional(lookup);
  if (position !== tokens.length) fail(peek());
  return value;
}

function member(value: unknown, name: string): unknown {
  const found = Object.entries(Object(value)).find(([key]) => key === name);
  if (found === undefined) throw new Error(`no member ${name} in ${JSON.stringify(value)}`);
  return found[1];
}

function tokensOf(text: string): readonly string[] {
  const code = text.replaceAll(/^\s*#.*$/gm, '').trimEnd();
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < code.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(code);
    if (match === null) throw new Error(`unsupported expression, at ${code.slice(start, start + 20)}: ${text}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}
