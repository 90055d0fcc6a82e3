using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// One change to the state of a table. A commit is a list of them, one JSON object per line. Unknown members of an action are ignored.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions">Actions</see>.
/// </summary>
public abstract record DeltaAction
{
    private protected DeltaAction() { }

    /// <summary>The name that wraps the action in a line of the log, for example <c>add</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>Writes the action's members; the caller has begun the object.</summary>
    internal abstract void WriteMembers(Utf8JsonWriter writer);
}
