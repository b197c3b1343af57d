import { Component, type ErrorInfo, type ReactNode } from 'react';

type State = { readonly error: Error | null };

/** A bug in one region is said there; the other regions go on. */
export class ErrorBoundary extends Component<{ readonly region: string; readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    // The only trace of a bug that a user can copy into a report; it stays in this browser.
    // oxlint-disable-next-line no-console
    console.error(`${this.props.region} failed`, error, info.componentStack);
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <div role="alert" className="message message-problem">
        <span>{`${this.props.region} stopped because of a fault in OsteoLens (${this.state.error.message}). Reload the page; your files are untouched.`}</span>
      </div>
    );
  }
}
