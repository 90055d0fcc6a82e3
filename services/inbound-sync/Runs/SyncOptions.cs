using System.ComponentModel.DataAnnotations;

namespace Tideway.InboundSync.Runs;

/// <summary>How syncs run.</summary>
public sealed class SyncOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "InboundSync";

    /// <summary>Syncs that run at once in this process.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = 4;

    /// <summary>Files that one sync downloads at once.</summary>
    [Range(1, 64)]
    public int Downloads { get; set; } = 6;

    /// <summary>Versions whose row changes are taken in with one local commit, in merge mode.</summary>
    [Range(1, 10_000)]
    public int VersionsPerMerge { get; set; } = 200;

    /// <summary>How long a sync stays with a process that no longer says it is alive.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait before a failed sync is tried again; the first is a second, and each doubles.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongestRetryDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Folder on local disk for files that are not kept: lists of files, and row changes on their way into a merge. What processes that ended left there is
    /// removed at start.
    /// </summary>
    [Required]
    public string StagingFolder { get; set; } = "data/staging";

    /// <summary>Memory that DuckDB may use for a merge, in bytes.</summary>
    [Range(64L << 20, 1L << 40)]
    public long MemoryLimitBytes { get; set; } = 1L << 30;

    /// <summary>Whether a provider may be reached without TLS; for tries on one machine only.</summary>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>Whether providers and their files may be at loopback or private addresses. Partners choose the addresses of files, so leave it off unless they are in the same network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>
    /// Folder below which profile files of providers may name private keys (<c>oauth_jwt_bearer_private_key_jwt</c>); none where empty. Keys only: who adds a
    /// provider chooses the name of the file.
    /// </summary>
    public string PrivateKeyFolder { get; set; } = "";

    /// <summary>How often one request to a provider is tried again after a transient failure before the run fails.</summary>
    [Range(0, 20)]
    public int RequestRetries { get; set; } = 5;

    /// <summary>How long a provider is waited for while a person waits: when its shares are listed, and when a sync is created.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AskProviderAtMost { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Runs kept for each sync.</summary>
    [Range(1, 100_000)]
    public int RunsKept { get; set; } = 500;
}
