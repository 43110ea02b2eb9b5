extension ReportPage {
  static let style: String = """
    :root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--ink:#1b202b;--quiet:#5d6675;--line:#e2e5ea;--link:#1f5fbf;\
    --accent:#3b7dd8;--bad:#c4281c;--good:#1a7f4b;--warn:#fff4e0;--select:#3b7dd8;--insert:#2f9e6e;--update:#c98a12;--delete:#b4558f;\
    --other:#98a2b3;--transaction:#c9d3e6;--lease:#e3dcf3}
    @media(prefers-color-scheme:dark){:root{--ground:#12151b;--panel:#1a1f28;--ink:#e6e9ef;--quiet:#9aa4b5;--line:#2a303b;\
    --link:#7fb2f7;--accent:#5b97e6;--bad:#ff7b70;--good:#5fd39a;--warn:#3a2d12;--select:#6aa5f2;--insert:#4cc38a;--update:#e0ad3f;\
    --delete:#d983b8;--other:#7a8496;--transaction:#3a4660;--lease:#463d63}}
    *{box-sizing:border-box}
    html{scroll-padding-top:1rem}
    body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;\
    font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    header,main{max-width:72rem;margin:0 auto;padding:0 1.25rem}
    header{padding-top:2rem}
    h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;font-weight:650;letter-spacing:-.01em}
    .run{margin:0;color:var(--quiet);font-size:.9rem}
    h2{font-size:1.15rem;margin:2.5rem 0 .75rem;font-weight:650}
    h3{font-size:.9rem;margin:0 0 .4rem;font-weight:600;color:var(--quiet)}
    a{color:var(--link);text-decoration:none}
    td a,.findings p a{text-decoration:underline color-mix(in srgb,currentColor 45%,transparent) 1px;text-underline-offset:.2em}
    a:hover{text-decoration:underline}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
    code{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    .skip{position:absolute;left:-100rem}
    .skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.25rem .5rem}
    .quiet{color:var(--quiet);font-weight:400}
    .bad{color:var(--bad)}
    .tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:.75rem;margin:1rem 0 0}
    .tiles:has(.failed,.passed){grid-template-columns:repeat(7,1fr)}
    .tiles div{background:var(--panel);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .9rem;display:flex;\
    flex-direction:column-reverse}
    .tiles div{justify-content:flex-end}
    .tiles dt{color:var(--quiet);font-size:.82rem}
    .tiles dd{margin:0;font-size:1.35rem;font-weight:600;line-height:1.3;white-space:nowrap}
    .tiles .failed{background:var(--bad);border-color:var(--bad)}
    .tiles .passed{background:var(--good);border-color:var(--good)}
    .tiles .failed *,.tiles .passed *{color:var(--ground)}
    .warning{background:var(--warn);border-left:3px solid var(--bad);padding:.6rem .9rem;border-radius:.3rem;margin:1rem 0 0}
    nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin-top:1.1rem;font-size:.92rem}
    .findings{list-style:none;margin:0;padding:0}
    .findings li{padding:.7rem 0;border-top:1px solid var(--line)}
    .findings p{margin:.15rem 0 0;font-size:.9rem}
    .findings .what{font-size:1rem;margin:0}
    .findings .what:not(:first-child){margin-top:.8rem}
    .findings .fix b{color:var(--good);margin-right:.3rem}
    .source{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;padding:.4rem .6rem;\
    overflow-x:auto;font-size:.9rem;line-height:1.5}
    .source .quiet{display:inline-block;min-width:2.5em;text-align:right;margin-right:.6em;user-select:none}
    .source mark{background:var(--warn);color:inherit}
    .kind{display:inline-block;font-size:.78rem;font-weight:600;border:1px solid currentColor;border-radius:1rem;padding:0 .55rem;\
    margin-right:.35rem;color:var(--quiet)}
    .kind.bad{color:var(--bad)}
    .columns{display:grid;grid-template-columns:repeat(3,1fr);gap:1.5rem 2.5rem}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    th{text-align:right;font-weight:600;color:var(--quiet);font-size:.82rem;overflow-wrap:normal}
    th,td{padding:.32rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
    th:first-child,td:first-child{text-align:left;padding-left:0}
    td{text-align:right;white-space:nowrap}
    td:first-child{white-space:normal}
    th:last-child,td:last-child{padding-right:0}
    .text,td.text{text-align:left}
    table.tests{table-layout:fixed}
    table.tests th:not(:first-child){width:6rem}
    .bar{display:block;height:4px;border-radius:2px;background:var(--accent);margin-top:.15rem}
    details{border-bottom:1px solid var(--line)}
    details table{margin-bottom:.75rem}
    details tr:last-child td{border-bottom:0}
    summary{cursor:pointer;list-style-position:outside;margin-left:1.1rem;padding:.5rem 0;font-weight:600;font-size:.95rem}
    #search{display:flex;flex-wrap:wrap;gap:.5rem;margin-bottom:.75rem}
    #search[hidden]{display:none}
    input,select,button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:.4rem;\
    padding:.35rem .65rem}
    #search input{flex:1 1 14rem;min-width:0}
    button{cursor:pointer;flex:none;white-space:nowrap}
    dialog{border:1px solid var(--line);border-radius:.75rem;background:var(--ground);color:var(--ink);padding:0;\
    width:min(72rem,calc(100vw - 2rem));max-height:calc(100vh - 2rem);overflow:auto}
    dialog::backdrop{background:rgba(10,13,18,.5)}
    .sheet{padding:1rem 1.25rem 1.5rem}
    .sheet .top{padding:0;display:flex;gap:1rem;justify-content:space-between;align-items:flex-start}
    .sheet h2{margin:0}
    .sheet h3{margin:1.25rem 0 .4rem}
    .waterfall{display:block;width:100%;overflow:visible}
    .waterfall text{fill:var(--ink);font-size:12px}
    .waterfall .tick text,.waterfall .none{fill:var(--quiet);font-size:11px}
    .waterfall line{stroke:var(--line)}
    .waterfall rect{cursor:pointer}
    .waterfall rect:hover{opacity:.75}
    .select{fill:var(--select)}.insert{fill:var(--insert)}.update{fill:var(--update)}.delete{fill:var(--delete)}
    .other{fill:var(--other)}.transaction{fill:var(--transaction)}.lease{fill:var(--lease)}
    .waterfall .isbad{stroke:var(--bad);stroke-width:1.5}
    .waterfall .label{font-size:10px;fill:#10131a;pointer-events:none}
    .waterfall .label.soft{fill:var(--ink)}
    .sheet .findings{margin-top:.8rem}
    .sheet .top div:last-child{display:flex;gap:.4rem}
    .tools{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem;margin:.3rem 0;font-size:.88rem}
    .timeline>svg{cursor:crosshair;touch-action:pan-y;user-select:none}
    .waterfall .selection{fill:var(--accent);opacity:.25;pointer-events:none}
    button[aria-pressed=true]{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
    dialog:focus-visible{outline:0}
    button:disabled{opacity:.55;cursor:default}
    .sequence details{grid-column:1/-1;border:0}
    .sequence details summary{font-weight:400;padding:0}
    .waterfall .mark{fill:var(--ink)}
    .legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.82rem;color:var(--quiet);margin:.4rem 0 0;padding:0;list-style:none}
    .legend svg{width:.7rem;height:.7rem;margin-right:.35rem}
    .sequence{list-style:none;margin:0;padding:0;font-size:.88rem}
    .sequence li{display:grid;grid-template-columns:3.5rem minmax(0,1fr) fit-content(45%);gap:.1rem .75rem;padding:.25rem 0;border-bottom:1px solid var(--line)}
    .sequence li:target,.sequence li.now{background:var(--panel)}
    .sequence .flag{border-left:3px solid var(--bad);padding-left:.4rem}
    @media(max-width:60rem){
    .tiles,.tiles:has(.failed,.passed){grid-template-columns:repeat(3,1fr)}
    .tiles .failed,.tiles .passed{grid-column:1/-1}
    .columns{grid-template-columns:1fr}
    }
    @media(max-width:40rem){
    .tiles,.tiles:has(.failed,.passed){grid-template-columns:repeat(2,1fr)}
    header,main{padding:0 .9rem}
    header{padding-top:1.25rem}
    table.tests th:not(:first-child){width:3.9rem;font-size:.74rem;padding-left:.2rem}
    table.tests th:nth-child(3),table.tests td:nth-child(3){display:none}
    table.shapes thead{display:none}
    table.shapes tr{display:flex;flex-wrap:wrap;gap:0 .9rem;padding:.45rem 0;border-bottom:1px solid var(--line)}
    table.shapes td{border:0;padding:0;color:var(--quiet);font-size:.82rem}
    table.shapes td:first-child{flex:1 0 100%;color:inherit;font-size:.9rem}
    table.shapes td:nth-child(2)::after{content:" times"}
    table.shapes td:nth-child(4)::after{content:" steps"}
    table.shapes td:nth-child(5)::after{content:" tests"}
    .sheet .top{flex-direction:column-reverse;gap:.5rem}
    .sequence li{grid-template-columns:2.6rem 1fr}
    .sequence li span:last-child{grid-column:2}
    dialog{width:100vw;max-width:100vw;max-height:100vh;height:100vh;border:0;border-radius:0}
    .columns{grid-template-columns:1fr}
    }
    @media print{nav,#search,.skip{display:none}details:not([open])>*{display:block}}
    \((1...100).map { ".w\($0){width:\($0)%}" }.joined())
    """
}
