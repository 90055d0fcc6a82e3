using System.ComponentModel.DataAnnotations;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client;

/// <summary>How far a sharing server is trusted and waited for.</summary>
public sealed class DeltaSharingClientOptions
{
    /// <summary>Whether servers and files may be read without encryption. For demonstrations on one machine only.</summary>
    public bool AllowInsecureHttp { get; set; }

    /// <summary>
    /// Whether servers and files may be at loopback, link-local or private addresses. A partner chooses the addresses of files, so leave it
    /// off unless the partner is in the same network, or a proxy decides. Holds for handlers of <see cref="Transport.SharingHandler"/>, which use no
    /// proxy while it is off but one that they are given.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>
    /// The folder below which profile files may name files with private keys (<c>oauth_jwt_bearer_private_key_jwt</c>); none where empty. Whoever gives
    /// a profile chooses the path in it, so never a folder with other things in it where profiles come from others.
    /// </summary>
    public string PrivateKeyFolder { get; set; } = "";

    /// <summary>What comes before the name of an option where a refusal says which one would allow it, such as the section it is configured in.</summary>
    public string SettingPrefix { get; set; } = "";

    /// <summary>
    /// The formats that table answers may come in. With both, the server answers in the parquet format what that can express, and in the delta format the
    /// rest: tables with deletion vectors, mapped columns and later features.
    /// </summary>
    public ResponseFormats ResponseFormats { get; set; } = ResponseFormats.Parquet;

    /// <summary>Reader features of the Delta protocol that the caller knows, such as <c>deletionVectors</c>; for the delta format.</summary>
    public IReadOnlyCollection<string> ReaderFeatures { get; set; } = [];

    /// <summary>
    /// How servers are to make the ids of files in answers to queries and for changes, so that a file has the same id in either format; the server's way
    /// where <see langword="null"/>. <see cref="TableStream.FileIdHash"/> says what a server made of it.
    /// </summary>
    /// <remarks>Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#file-id-hash-header</remarks>
    public FileIdScheme? FileIdHash { get; set; }

    /// <summary>Whether the server may prepare the answer to a query and be asked for it again until it is there.</summary>
    public bool AsyncQueries { get; set; }

    /// <summary>How long the wait between two questions whether an answer is prepared is at most.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan MaxPollDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server may prepare an answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxQueryTime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How often a request is tried again after a transient failure.</summary>
    [Range(0, 100)]
    public int MaxRetries { get; set; } = 5;

    /// <summary>How long the first wait between attempts is at most; each further one may be twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a wait between attempts is at most. A server that asks for more ends the attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a server may take until its answer begins. The timeout of the <see cref="HttpClient"/> counts as well.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How long a server may send nothing within an answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How many bytes per second a server must send within an answer, on average over each <see cref="SlowWindow"/> that it is waited for.</summary>
    [Range(0, 1024 * 1024)]
    public int MinBytesPerSecond { get; set; } = 100;

    /// <summary>Over how long a wait <see cref="MinBytesPerSecond"/> is an average. Time in which the caller does not read does not count.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SlowWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest line of a table answer, in bytes.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxLineBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The most lines of one query, over all its pages.</summary>
    [Range(1, long.MaxValue)]
    public long MaxLines { get; set; } = 100_000_000;

    /// <summary>The largest page of a list, in bytes.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxListBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The most pages of one list or one query.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPages { get; set; } = 10_000;

    /// <summary>How long before its end the URL of a file is renewed, by <see cref="Downloads.RenewedUrls"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UrlRenewalMargin { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many bytes a download holds in memory at once.</summary>
    [Range(4096, 16 * 1024 * 1024)]
    public int DownloadBufferBytes { get; set; } = 256 * 1024;
}
