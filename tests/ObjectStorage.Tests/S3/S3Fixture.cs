using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.S3;
using Tideway.Testing.Servers;

namespace Tideway.ObjectStorage.Tests.S3;

/// <summary>Roots in buckets of their own on the server of this process.</summary>
internal static class S3Fixture
{
    public static StorageAccessOptions Options(S3Server server) =>
        new()
        {
            Endpoint = server.Endpoint,
            AccessKeyId = S3Server.AccessKeyId,
            SecretAccessKey = S3Server.SecretAccessKey,
        };

    public static async Task<S3Root> NewRootAsync(string path = "lake/tables", HttpMessageHandler? handler = null)
    {
        var server = await S3Server.StartAsync();
        return Root(server, await server.CreateBucketAsync(), path, handler);
    }

    public static S3Root Root(S3Server server, string bucket, string path, HttpMessageHandler? handler = null) =>
        new(
            RemoteLocation.TryParse($"s3://{bucket}/{path}")!,
            Options(server),
            TimeProvider.System,
            new StoreHttp(TimeProvider.System, Quick, handler),
            _ => null
        );

    /// <summary>Repeats without waiting long.</summary>
    public static RetryDelays Quick { get; } =
        new(MaxAttempts: 4, TimeSpan.FromMilliseconds(1), Longest: TimeSpan.FromMilliseconds(5), LongestAskedFor: TimeSpan.FromSeconds(5));
}
