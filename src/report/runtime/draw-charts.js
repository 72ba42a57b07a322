// The script inside report.html: draws every chart of the page from the Vega specs embedded beside it. Bundled by
// tools/build-report-runtime.mjs. Only the parts of Vega that the charts use are taken in (no maps, force or tree
// layouts), and expressions are interpreted, never compiled, so that the page can forbid eval.

import { transforms } from "vega-dataflow";
import * as encode from "vega-encode";
import { expressionInterpreter } from "vega-interpreter";
import { parse } from "vega-parser";
import { Handler } from "vega-tooltip";
import * as basicTransforms from "vega-transforms";
import { extend } from "vega-util";
import { View } from "vega-view";
import * as viewTransforms from "vega-view-transforms";

extend(transforms, basicTransforms, viewTransforms, encode);

// The page's own style sheet dresses the tooltip: a style element made by script would break the page's policy.
const tooltip = new Handler({ disableDefaultStyle: true });

/** Draws one spec into its element; the view keeps itself as wide as the element. */
function draw(element, spec) {
  const view = new View(parse(spec, null, { ast: true }), {
    expr: expressionInterpreter,
    container: element,
    renderer: "svg",
    hover: true,
  });
  view.tooltip(tooltip.call);
  return view.runAsync();
}

const specs = JSON.parse(document.getElementById("chart-specs").textContent);
Promise.all(Object.entries(specs).map(([id, spec]) => draw(document.getElementById(id), spec)))
  .then(() => {
    document.documentElement.dataset.charts = "drawn";
  })
  .catch(reportError);
