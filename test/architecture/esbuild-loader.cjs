const { transform } = require('esbuild')

/** Takes the types out of a file for webpack, which reads JavaScript alone. */
module.exports = function loader(source) {
  const done = this.async()
  transform(source, { loader: 'ts', target: 'es2023', sourcefile: this.resourcePath }).then(
    ({ code }) => done(null, code),
    (error) => done(error),
  )
}
