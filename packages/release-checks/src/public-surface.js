import ts from "typescript";

const OPTIONS = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  experimentalDecorators: true,
  skipLibCheck: true,
};

/**
 * What entries export, by name, as declarations without comments: a change of it is a change for
 * every application.
 *
 * @param {readonly string[]} entries paths of declaration files
 * @returns {Map<string, string>} the declarations by path of the entry
 */
export function publicSurface(entries) {
  const program = ts.createProgram([...entries], OPTIONS);
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  return new Map(
    entries.map((entry) => {
      const file = program.getSourceFile(entry);
      if (file === undefined) throw new Error(`${entry} is missing: build first`);
      const module = checker.getSymbolAtLocation(file);
      const exported = module === undefined ? [] : checker.getExportsOfModule(module);
      const texts = exported
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((symbol) => declarationsOf(symbol, checker, printer));
      return [entry, texts.join("\n\n")];
    }),
  );
}

function declarationsOf(symbol, checker, printer) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declarations = (target.declarations ?? []).map((declaration) => {
    const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  });
  return [`// ${symbol.name}`, ...declarations].join("\n");
}
