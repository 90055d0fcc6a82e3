using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Every line that the process logs.</summary>
internal sealed class WrittenLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyCollection<string> Lines => lines;

    public ILogger CreateLogger(string categoryName) => new Writer(lines, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Writer(ConcurrentQueue<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
    }
}
