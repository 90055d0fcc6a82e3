namespace Tideway.Hosting.Health;

/// <summary>Something a process needs to serve. Register implementations as singletons; each is given five seconds.</summary>
public interface IReadinessCheck
{
    /// <summary>What is checked, for example <c>storage:lake</c>.</summary>
    string Name { get; }

    /// <summary>Tries the thing itself. An exception is a failure too.</summary>
    Task<Readiness> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Whether something is ready, and words for the operator.</summary>
public sealed record Readiness(bool IsReady, string? Description = null);
