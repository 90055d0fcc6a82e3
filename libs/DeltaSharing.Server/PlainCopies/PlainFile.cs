using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>A file of the log, and which of its rows a line of an answer stands for.</summary>
/// <param name="Action">The <c>add</c>, <c>remove</c> or <c>cdc</c>.</param>
/// <param name="Within">Only rows that this vector lists; <see langword="null"/> for all.</param>
/// <param name="Without">No rows that this vector lists.</param>
public sealed record PlainFile(DeltaAction Action, DeletionVectorDescriptor? Within, DeletionVectorDescriptor? Without)
{
    /// <summary>The metadata that its rows were written with, where that may be another than the rows are told by.</summary>
    public Metadata? InForce { get; init; }

    /// <summary>Path in the log.</summary>
    public string Path =>
        Action switch
        {
            AddFile add => add.Path,
            RemoveFile remove => remove.Path,
            AddCdcFile cdc => cdc.Path,
            _ => throw Unexpected(Action),
        };

    /// <summary>Length of the file in bytes, as far as the log says.</summary>
    public long? Size =>
        Action switch
        {
            AddFile add => add.Size,
            RemoveFile remove => remove.Size,
            AddCdcFile cdc => cdc.Size,
            _ => throw Unexpected(Action),
        };

    /// <summary>The file with the rows that its action stands for.</summary>
    public static PlainFile Of(DeltaAction action, Metadata? inForce = null) =>
        action switch
        {
            AddFile add => new PlainFile(add, null, add.DeletionVector) { InForce = inForce },
            RemoveFile remove => new PlainFile(remove, null, remove.DeletionVector) { InForce = inForce },
            AddCdcFile => new PlainFile(action, null, null) { InForce = inForce },
            _ => throw Unexpected(action),
        };

    /// <summary>The same of what a version changed.</summary>
    public static PlainFile Of(ChangedFile changed, Metadata? inForce)
    {
        ArgumentNullException.ThrowIfNull(changed);
        return new PlainFile(changed.Action, changed.Within, changed.Without) { InForce = inForce };
    }

    internal static ArgumentException Unexpected(DeltaAction action) => new($"Expected a file, got {action.GetType().Name}.", nameof(action));
}
