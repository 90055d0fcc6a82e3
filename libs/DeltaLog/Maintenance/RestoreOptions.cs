using Tideway.DeltaLog.Actions;

namespace Tideway.DeltaLog.Maintenance;

/// <summary>How a version is restored.</summary>
public sealed record RestoreOptions
{
    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>Told of each file that comes back (true) or goes (false), again where the commit has to be tried again.</summary>
    public Action<AddFile, bool>? OnFile { get; init; }
}
