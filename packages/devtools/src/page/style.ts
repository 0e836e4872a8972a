/** The style of the panel. It is in a shadow root: nothing of it reaches the page, and nothing of the page reaches it. */
export const style = `
:host{all:initial;position:fixed;inset:0;z-index:2147483000;pointer-events:none;
  --back:#fff;--soft:#f1f4fa;--line:#d9dfec;--text:#1a2238;--dim:#5d6882;--accent:#2f62e0;--over:#fff;
  --good:#1a9d5a;--bad:#d92d4c;--warn:#b7791f;color-scheme:light}
@media (prefers-color-scheme: dark) {
  :host{--back:#10162a;--soft:#1a2340;--line:#2c375a;--text:#e6ebfa;--dim:#96a2c4;--accent:#7aa2ff;--over:#0c1226;
    --good:#3ddc91;--bad:#ff6b86;--warn:#ffcf70;color-scheme:dark}
}
*{box-sizing:border-box;margin:0}
[hidden]{display:none !important}
:is(.open, .panel, .frames){pointer-events:auto;font:13px/1.4 system-ui, sans-serif;color:var(--text)}
button, input, select{font:inherit;color:inherit}
button{padding:5px 10px;border:1px solid var(--line);border-radius:7px;background:var(--soft);cursor:pointer;
  -webkit-tap-highlight-color:#0000}
button:hover{border-color:var(--accent)}
:is(button, input, select, [tabindex]):focus-visible{outline:2px solid var(--accent);outline-offset:1px}
button[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--over)}
.open{position:absolute;right:0;top:50%;translate:0 -50%;display:grid;gap:3px;justify-items:center;padding:8px 5px;
  border-radius:9px 0 0 9px;border-right:0;background:var(--back);opacity:.72;font-size:11px;line-height:1}
.open:is(:hover, :focus-visible){opacity:1}
.dot{display:inline-block;width:9px;height:9px;border-radius:50%;background:var(--dim);flex:none}
.dot[data-status=connected]{background:var(--good)}
.dot:is([data-status=suspended], [data-status=connecting]){background:var(--warn)}
.dot[data-status=closed]{background:var(--bad)}
.open b{font-weight:600;font-variant-numeric:tabular-nums;writing-mode:vertical-rl}
.panel{position:absolute;right:10px;top:10px;bottom:10px;width:384px;max-width:calc(100vw - 20px);display:flex;
  flex-direction:column;border:1px solid var(--line);border-radius:13px;background:var(--back);overflow:hidden;
  box-shadow:0 12px 40px #0006}
header{display:flex;align-items:center;gap:8px;padding:9px 10px 9px 13px}
header strong{font-size:13.5px}
header select{flex:1;min-width:0;padding:4px 6px;border:1px solid var(--line);border-radius:7px;background:var(--soft)}
header button{padding:3px 9px;font-size:15px;line-height:1.2}
.tabs{display:flex;gap:2px;padding:0 9px;border-bottom:1px solid var(--line)}
.tabs button{flex:1;padding:6px 2px 7px;border:0;border-bottom:2px solid transparent;border-radius:6px 6px 0 0;
  background:none;color:var(--dim)}
.tabs button[aria-selected=true]{color:var(--text);border-bottom-color:var(--accent);font-weight:600}
.body{flex:1;min-height:0;padding:12px 13px 14px;overflow:auto;overscroll-behavior:contain;display:grid;gap:12px;
  align-content:start}
.status{display:flex;align-items:center;gap:7px;min-width:0}
.status span:last-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
dl{display:grid;grid-template-columns:repeat(3, 1fr);gap:7px}
dl div{padding:7px 9px;border-radius:9px;background:var(--soft);min-width:0}
dt{color:var(--dim);font-size:11.5px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
dd{font-size:15px;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}
dd.bad{color:var(--bad)}
figure{display:grid;gap:3px}
figcaption{display:flex;justify-content:space-between;gap:8px;color:var(--dim);font-size:11.5px}
output{color:var(--text);font-variant-numeric:tabular-nums}
svg{width:100%;height:42px;border-radius:8px;background:var(--soft);display:block}
path{vector-effect:non-scaling-stroke;fill:none}
.line{stroke:var(--accent);stroke-width:1.5}
.area{fill:var(--accent);opacity:.16}
.marks{stroke:var(--bad);stroke-width:2}
.switch{display:flex;align-items:center;gap:8px;cursor:pointer}
.note:empty{display:none}
.note{color:var(--dim);font-size:12px}
fieldset{border:0;padding:0;display:grid;gap:8px;min-width:0}
legend{padding:0 0 5px;color:var(--dim);font-size:11.5px}
.row{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.slider{display:grid;grid-template-columns:58px 1fr 58px;gap:8px;align-items:center}
.slider output{text-align:right}
input[type=range]{width:100%;accent-color:var(--accent)}
input[type=checkbox]{width:16px;height:16px;accent-color:var(--accent)}
table{width:100%;border-collapse:collapse;font-size:12px;table-layout:fixed}
th{text-align:left;color:var(--dim);font-weight:400;padding:0 6px 4px 0}
td{padding:3px 6px 3px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td.number, th.number{text-align:right;font-variant-numeric:tabular-nums;padding-right:0}
.diff th[colspan]{padding:6px 0 2px;border-top:1px solid var(--line);color:var(--text);font-weight:600;overflow-wrap:anywhere}
.diff .inside td{border-top:0;padding-top:1px;padding-bottom:1px} .diff .inside td:first-child{padding-left:10px;color:var(--dim)}
.diff td:not(:first-child){font:11.5px ui-monospace, monospace}
.diff .before{color:var(--bad)} .diff .after{color:var(--good)}
.bar{display:block;height:4px;margin-top:2px;border-radius:2px;background:var(--accent)}
.versions{width:100%;height:58px;border-radius:8px;background:var(--soft);display:block}
ul{list-style:none;padding:0;font-size:12px;display:grid;gap:3px}
li{display:flex;gap:6px;min-width:0} li b{flex:none;font-weight:600}
li span{color:var(--dim);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
li.refused b{color:var(--bad)}
.frames{position:absolute;inset:0;display:grid;grid-template-rows:auto 1fr;background:#070b16;color:#e6ebfa}
.frames header{padding:7px 10px;justify-content:space-between}
.frames header button{font-size:13px;background:#1a2340;border-color:#2c375a}
.grid{display:grid;gap:3px;min-height:0;grid-template-columns:repeat(var(--columns), 1fr);grid-auto-rows:1fr}
.grid figure{position:relative;min-height:0;gap:0}
.grid figcaption{position:absolute;left:50%;top:0;translate:-50% 0;padding:2px 9px;border-radius:0 0 8px 8px;
  background:#070b16cc;color:#cdd7f3;pointer-events:none}
iframe{width:100%;height:100%;border:0;background:#000;display:block}
@media (max-width: 560px) {
  .panel{left:0;right:0;bottom:0;top:auto;height:62vh;height:62dvh;width:auto;max-width:none;
    border-radius:15px 15px 0 0;border-width:1px 0 0;padding-bottom:env(safe-area-inset-bottom)}
  .tabs button{padding:10px 2px}
  button{padding:7px 11px} .grid{--columns:1 !important}
}
`
