using Tideway.ObjectStorage.Checks;
using Tideway.ObjectStorage.Tests.Azure;
using Tideway.ObjectStorage.Tests.S3;
using Tideway.Testing.Servers;

namespace Tideway.ObjectStorage.Tests.Roots;

public sealed class StorageSelfCheckTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_root_that_does_all_that_is_asked_has_no_fault_whether_it_holds_anything_or_not(bool holdsSomething)
    {
        var server = await S3Server.StartAsync();
        using var s3 = Roots($"s3://{await server.CreateBucketAsync()}/lake", S3Fixture.Options(server));
        var emulator = await AzureServer.StartAsync();
        using var azure = Roots(AzureFixture.Location(await emulator.CreateContainerAsync(), "lake"), AzureFixture.Options(emulator));
        foreach (var roots in (StorageRoots[])[s3, azure])
        {
            var store = roots.Open(roots.Locate("lake", ""));
            if (holdsSomething)
                await store.PutAsync("a/empty", new MemoryStream());

            (await new StorageSelfCheck(roots).FindFaultAsync("lake", isWritten: true)).ShouldBeNull();

            var left = new List<string>();
            await foreach (var found in store.ListAsync(""))
                left.Add(found.Key);
            left.Count.ShouldBe(holdsSomething ? 1 : 0);
        }
    }

    [Fact]
    public async Task A_wrong_secret_is_found_where_it_shows_and_it_is_said_what_to_change()
    {
        var server = await S3Server.StartAsync();
        var options = S3Fixture.Options(server);
        options.SecretAccessKey = "wrong-secret-text";
        using var roots = Roots($"s3://{await server.CreateBucketAsync()}/lake", options);

        var fault = await new StorageSelfCheck(roots).FindFaultAsync("lake", isWritten: false);

        fault!.Step.ShouldBe(StorageStep.List);
        var text = fault.ToString();
        text.ShouldStartWith("storage root 'lake' at s3://test-");
        text.ShouldContain("listing failed with the access key of the settings: ");
        text.ShouldContain("403 SignatureDoesNotMatch");
        text.ShouldContain("check SecretAccessKey, Region");
        text.ShouldNotContain("wrong-secret-text");
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_found()
    {
        var server = await S3Server.StartAsync();
        using var roots = Roots("s3://no-such-bucket/lake", S3Fixture.Options(server));

        (await new StorageSelfCheck(roots).FindFaultAsync("lake", isWritten: false))!
            .ToString()
            .ShouldContain("check the bucket's name, Endpoint and PathStyle");
    }

    [Fact]
    public async Task A_store_that_writes_over_what_is_there_is_refused_only_for_writing()
    {
        var server = await S3Server.StartCarelessAsync();
        using var roots = Roots($"s3://{await server.CreateBucketAsync()}/lake", S3Fixture.Options(server));
        var check = new StorageSelfCheck(roots);

        (await check.FindFaultAsync("lake", isWritten: false)).ShouldBeNull();
        var fault = await check.FindFaultAsync("lake", isWritten: true);

        fault!.Step.ShouldBe(StorageStep.PutIfAbsent);
        fault.ToString().ShouldContain("does not honour conditional writes");
    }

    [Fact]
    public async Task Credentials_that_are_nowhere_to_be_found_are_said_to_be_missing()
    {
        using var roots = Roots("s3://bucket/lake", new StorageAccessOptions { Region = "eu-central-1", CredentialsFile = "/nowhere/credentials" });

        (await new StorageSelfCheck(roots).FindFaultAsync("lake", isWritten: false))!.Answer.ShouldContain("'/nowhere/credentials' cannot be read");
    }

    private static StorageRoots Roots(string location, StorageAccessOptions options) =>
        new(new StorageRootOptions { Roots = { ["lake"] = location }, Access = { ["lake"] = options } });
}
