// The page begins here: unpacks its data, and shows a recording or a result.
import { render } from "preact";
import { useEffect } from "preact/hooks";
import type { Container } from "./data/container";
import { unpackedData } from "./data/unpack";
import { AccuracyPage } from "./accuracy/accuracy_page";
import type { Results } from "./accuracy/results";
import { RecordingModel } from "./model/recording";
import { usePageState, type Change, type State, type ViewName } from "./state";
import { RecordingPage } from "./view/recording_page";
import "./style/page.css";
import "./style/tables.css";
import "./style/views.css";

interface Content {
  file: string;
  model: RecordingModel | null;
  results: Results | null;
}

const VIEWS: { id: ViewName; name: string }[] = [
  { id: "traces", name: "Traces" },
  { id: "endpoints", name: "Endpoints" },
  { id: "flame", name: "Flame graph" },
];

function nextTheme(theme: State["theme"]): State["theme"] {
  return theme === "" ? "dark" : theme === "dark" ? "light" : "";
}

function Header({ content, state, change }: { content: Content; state: State; change: Change }) {
  const view = state.view || "traces";
  return (
    <header>
      <h1>Plumbline</h1>
      <bdi class="file">{content.file}</bdi>
      {content.model && (
        <nav aria-label="Views">
          {VIEWS.map((one) => (
            <button
              aria-current={one.id === view ? "page" : undefined}
              data-view={one.id}
              onClick={() => change({ view: one.id })}
            >
              {one.name}
            </button>
          ))}
        </nav>
      )}
      <span class="space" />
      <button
        class="theme"
        title="Colours: as the system, dark, light"
        onClick={() => change({ theme: nextTheme(state.theme) })}
      >
        {state.theme === "" ? "Auto" : state.theme === "dark" ? "Dark" : "Light"}
      </button>
    </header>
  );
}

function Page({ content }: { content: Content }) {
  const [state, change] = usePageState();
  useEffect(() => {
    document.documentElement.dataset.theme = state.theme;
  }, [state.theme]);
  return (
    <>
      <Header content={content} state={state} change={change} />
      <main>
        {content.model && <RecordingPage model={content.model} state={state} change={change} />}
        {content.results && (
          <AccuracyPage results={content.results} state={state} change={change} />
        )}
      </main>
    </>
  );
}

function contentOf(data: Container): Content {
  const { kind, file, result } = data.header;
  return {
    file: String(file),
    model: kind === "recording" ? new RecordingModel(data) : null,
    results: kind === "result" ? (result as Results) : null,
  };
}

// The page says when it stands: measurements wait for it.
function sayReady(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.readyMs = performance.now().toFixed(0);
    }),
  );
}

async function start(): Promise<void> {
  const root = document.getElementById("page")!;
  try {
    const content = contentOf(await unpackedData(document.getElementById("data")!));
    document.title = `${content.file} – Plumbline`;
    root.textContent = "";
    render(<Page content={content} />, root);
    sayReady();
  } catch (error) {
    root.textContent = `This page cannot show its data: ${(error as Error).message}`;
    document.documentElement.dataset.failed = "yes";
  }
}

void start();
