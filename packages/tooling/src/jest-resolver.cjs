/**
 * Jest's resolver for NodeNext sources: a relative import of `./x.js` means `./x.ts` where only
 * that exists. Packages below node_modules resolve as they are.
 */
module.exports = (request, options) => {
  try {
    return options.defaultResolver(request, options);
  } catch (error) {
    if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
    return options.defaultResolver(request.replace(/\.js$/, ".ts"), options);
  }
};
