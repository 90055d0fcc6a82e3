using System.Diagnostics;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Signing;

namespace Tideway.Benchmarks.Signing;

/// <summary>Presigned S3 addresses of the files of a table, made the way a query answer makes them.</summary>
internal sealed class SignBenchmark : IBenchmark
{
    private const int Files = 1000;
    private const string Region = "eu-central-1";
    private const string Bucket = "bench-bucket";
    private const string AccessKeyId = "AKIAIOSFODNN7EXAMPLE";
    private const string SecretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(2);

    public string Name => "sign";

    public string Question => "S3 addresses signed per second on one core; baseline: the AWS SDK for .NET";

    public Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        using var roots = new StorageRoots(
            new StorageRootOptions
            {
                Roots = { ["lake"] = $"s3://{Bucket}/lake" },
                Access =
                {
                    ["lake"] = new StorageAccessOptions
                    {
                        Region = Region,
                        AccessKeyId = AccessKeyId,
                        SecretAccessKey = SecretAccessKey,
                    },
                },
            }
        );
        var signer = new StorageUrlSigner(roots, new NoLocalDisk());
        var table = roots.Locate("lake", "tables/flights");
        using var sdk = new AmazonS3Client(new BasicAWSCredentials(AccessKeyId, SecretAccessKey), RegionEndpoint.GetBySystemName(Region));
        var keys = Enumerable.Range(0, Files).Select(i => $"year=2026/month={i % 12}/part-{i:D5}-{Guid.CreateVersion7()}.c000.snappy.parquet").ToArray();

        void Ours(string key) => signer.Sign(table, key, Lifetime, "bench");
        void Theirs(string key) =>
            sdk.GetPreSignedURL(
                new GetPreSignedUrlRequest
                {
                    BucketName = Bucket,
                    Key = "lake/tables/flights/" + key,
                    Verb = HttpVerb.GET,
                    Expires = TimeProvider.System.GetUtcNow().UtcDateTime + Lifetime,
                }
            );

        List<double> ours = [],
            theirs = [],
            oursOnCore = [],
            theirsOnCore = [];
        // The first round of each only warms up.
        for (var round = 0; round <= Rounds.Count; round++)
        {
            var (perSecond, perCore) = Measured(Ours, keys, cancellationToken);
            var (theirPerSecond, theirPerCore) = Measured(Theirs, keys, cancellationToken);
            if (round == 0)
                continue;
            ours.Add(perSecond);
            oursOnCore.Add(perCore);
            theirs.Add(theirPerSecond);
            theirsOnCore.Add(theirPerCore);
        }

        IReadOnlyList<Measure> measures =
        [
            new("sign", Rounds.Median(ours), Rounds.Median(theirs), "AWS SDK for .NET", "addresses/s"),
            new("sign-cpu", Rounds.Median(oursOnCore), Rounds.Median(theirsOnCore), "AWS SDK for .NET", "addresses/core-s"),
        ];
        return Task.FromResult(measures);
    }

    private static (double PerSecond, double PerCoreSecond) Measured(Action<string> sign, string[] keys, CancellationToken cancellationToken)
    {
        using var process = Process.GetCurrentProcess();
        var watch = Stopwatch.StartNew();
        var before = process.TotalProcessorTime;
        long count = 0;
        while (watch.Elapsed < RoundTime)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var key in keys)
                sign(key);
            count += keys.Length;
        }

        process.Refresh();
        return (count / watch.Elapsed.TotalSeconds, count / (process.TotalProcessorTime - before).TotalSeconds);
    }

    private sealed class NoLocalDisk : IUrlSigner
    {
        public SignedUrl Sign(StorageLocation table, string key, TimeSpan lifetime, string requestId, string? context = null) =>
            throw new UnreachableException();
    }
}
