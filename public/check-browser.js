// Runs before the application, in any browser and from any address: where OsteoLens cannot start it says why, in place of an empty page. A script of
// its own and in old syntax, because a browser that is too old cannot read the application's, and inline scripts are forbidden. main.tsx obeys the mark.
(function () {
  'use strict';

  // The least module that uses a SIMD instruction: one function, v128.const and drop.
  var SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11];

  function whyNot() {
    if (location.protocol === 'file:') {
      return 'OsteoLens cannot run from a file: start the small server in its folder, as the README.txt there says, and open the address that it shows.';
    }
    // Of all that the application uses, AbortSignal.any came last to browsers; docs/browsers.md.
    if (typeof AbortSignal !== 'function' || !('any' in AbortSignal)) {
      return 'This browser is too old for OsteoLens: it needs Chrome or Edge 116, Firefox 124 or Safari 17.4, or a later version of one of them.';
    }
    if (!window.isSecureContext) {
      return 'OsteoLens needs an https address, as browsers switch off parts of themselves that it needs at ' + location.origin + '; tell whoever runs this address.';
    }
    if (typeof WebAssembly !== 'object' || !WebAssembly.validate(new Uint8Array(SIMD))) {
      return 'WebAssembly with SIMD is switched off in this browser, and OsteoLens computes with it: allow it for this page (lockdown mode forbids it) or use another browser.';
    }
    return null;
  }

  var sentence = whyNot();
  if (sentence === null) return;
  var root = document.getElementById('root');
  root.setAttribute('data-cannot-start', '');
  root.firstElementChild.textContent = sentence;
})();
