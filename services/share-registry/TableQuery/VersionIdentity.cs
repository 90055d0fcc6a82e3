using System.Runtime.CompilerServices;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>
/// Stands for a version that was read, and does not keep it in memory: what is known by it may outlive it. A version is the object that was read: of a table
/// made anew under the same name it is another one.
/// </summary>
internal sealed class VersionIdentity
{
    private static readonly ConditionalWeakTable<Snapshot, VersionIdentity> All = [];

    public static VersionIdentity Of(Snapshot snapshot) => All.GetValue(snapshot, _ => new VersionIdentity());
}
