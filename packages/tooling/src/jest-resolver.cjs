/**
 * Jest's resolver for NodeNext sources: a relative import of `./x.js` means `./x.ts` where that
 * exists. Packages below node_modules and what was built resolve as they are.
 */
module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !/\/(node_modules|dist)(\/|$)/.test(options.basedir)) {
    try {
      return options.defaultResolver(request.replace(/\.js$/, ".ts"), options);
    } catch {
      // There is a `./x.js` only.
    }
  }
  return options.defaultResolver(request, options);
};
