namespace Tideway.ObjectStorage.Tests.Roots;

public sealed class RemoteRootTests
{
    private static readonly StorageAccessOptions S3 = new()
    {
        Region = "eu-central-1",
        AccessKeyId = "id",
        SecretAccessKey = "secret",
    };
    private static readonly StorageAccessOptions Azure = new() { AccountKey = "c2VjcmV0" };

    [Theory]
    [InlineData("s3://bucket/lake/flights", "flights")]
    [InlineData("s3a://bucket/lake/flights/", "flights")]
    [InlineData("s3n://bucket/lake", "")]
    [InlineData("s3://bucket/lake/a%20b/c", "a b/c")]
    [InlineData("S3://bucket/lake/x", "x")]
    public void A_location_in_a_bucket_lies_in_its_root(string location, string path)
    {
        using var roots = Roots("s3://bucket/lake", S3);

        var found = roots.Resolve(location);

        found.RootName.ShouldBe("root");
        found.RelativePath.ShouldBe(path);
        found.ShouldBe(roots.Locate("root", path));
        roots.Resolve(found.Uri.AbsoluteUri).ShouldBe(found);
        roots.Open(found).Root.ShouldBe(found.Uri);
    }

    [Theory]
    [InlineData("s3://bucket/lake-2/x")]
    [InlineData("s3://bucket/")]
    [InlineData("s3://bucket-2/lake/x")]
    [InlineData("gs://bucket/lake/x")]
    [InlineData("az://bucket/lake/x")]
    [InlineData("/lake/x")]
    public void What_lies_in_no_root_cannot_be_opened(string location)
    {
        using var roots = Roots("s3://bucket/lake", S3);

        Should.Throw<ObjectStorageException>(() => roots.Resolve(location)).Error.ShouldBe(ObjectStorageError.OutsideRoots);
    }

    [Theory]
    [InlineData("s3://bucket/lake/../other")]
    [InlineData("s3://bucket/lake/%2e%2e/other")]
    [InlineData("s3://bucket/lake/a%2fb")]
    [InlineData("s3://bucket/lake//x")]
    [InlineData("s3://bucket/lake?versionId=1")]
    [InlineData("s3://bucket/lake#x")]
    [InlineData("s3:bucket/lake")]
    [InlineData("s3://Bucket/lake")]
    [InlineData("s3://user@bucket/lake")]
    [InlineData("s3://bucket:80/lake")]
    [InlineData("s3:///lake")]
    [InlineData("abfss://container/x")]
    [InlineData("abfss://container@evil.example.com/x")]
    [InlineData("http://bucket/lake/x")]
    [InlineData("hdfs://bucket/lake/x")]
    public void A_malformed_location_is_refused(string location)
    {
        using var roots = Roots("s3://bucket/lake", S3);

        Should.Throw<ObjectStorageException>(() => roots.Resolve(location)).Error.ShouldBe(ObjectStorageError.InvalidKey);
    }

    [Theory]
    [InlineData("abfss://data@acme.dfs.core.windows.net/lake/x")]
    [InlineData("abfs://data@acme.dfs.core.windows.net/lake/x")]
    [InlineData("wasbs://data@acme.blob.core.windows.net/lake/x")]
    [InlineData("WASBS://data@ACME.blob.core.windows.net/lake/x")]
    public void The_names_that_one_container_goes_by_are_one_place(string location)
    {
        using var roots = Roots("abfss://data@acme.dfs.core.windows.net/lake", Azure);

        roots.Resolve(location).ShouldBe(new StorageLocation("root", "x", new Uri("abfss://data@acme.dfs.core.windows.net/lake/x")));
        Should
            .Throw<ObjectStorageException>(() => roots.Resolve("abfss://data@other.dfs.core.windows.net/lake/x"))
            .Error.ShouldBe(ObjectStorageError.OutsideRoots);
    }

    [Fact]
    public void An_account_may_be_configured_instead_of_named()
    {
        using var roots = Roots("az://data/lake", new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" });

        roots.Resolve("az://data/lake/x").Uri.ShouldBe(new Uri("az://data/lake/x"));
        roots.FindRemote("root")!.Sign("", "x", TimeSpan.FromHours(1)).Url.ShouldStartWith("https://acme.blob.core.windows.net/data/lake/x?sp=r&");
    }

    [Fact]
    public void The_nearest_of_nested_roots_takes_a_location()
    {
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["outer"] = "s3://bucket", ["inner"] = "s3://bucket/lake" }, Access = { ["outer"] = S3, ["inner"] = S3 } }
        );

        roots.Resolve("s3://bucket/lake/x").RootName.ShouldBe("inner");
        roots.Resolve("s3://bucket/other").RootName.ShouldBe("outer");
    }

    [Fact]
    public void Local_and_remote_roots_stand_side_by_side()
    {
        using var folder = new TemporaryFolder();
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["disk"] = folder.Path, ["cloud"] = "s3://bucket" }, Access = { ["cloud"] = S3 } }
        );

        roots.Resolve(folder["x"]).RootName.ShouldBe("disk");
        roots.Resolve("s3://bucket/x").RootName.ShouldBe("cloud");
        roots.Names.ShouldBe(["disk", "cloud"], ignoreOrder: true);
        roots.FindTemporaryCredentials("disk").ShouldBeNull();
        roots.FindTemporaryCredentials("cloud").ShouldBeNull();
    }

    [Theory]
    [InlineData("s3://bucket", "AccountKey", "takes no AccountKey")]
    [InlineData("s3://bucket", "PartialKeys", "AccessKeyId and SecretAccessKey both")]
    [InlineData("s3://bucket", "Ftp", "expected Endpoint to be an http or https URL")]
    [InlineData("s3://bucket", "UserInfo", "expected Endpoint to be an http or https URL")]
    [InlineData("abfss://data@acme.dfs.core.windows.net", "None", "has no credentials")]
    [InlineData("abfss://data@acme.dfs.core.windows.net", "OtherAccount", "names the account 'acme'")]
    [InlineData("az://data", "AccountKey", "names no storage account")]
    [InlineData("abfss://data@acme.dfs.core.windows.net", "BadKey", "in base64")]
    [InlineData("gs://bucket", "NoFile", "cannot be read")]
    public void Settings_that_do_not_fit_are_refused_at_the_start(string location, string which, string fault)
    {
        var options = which switch
        {
            "AccountKey" => new StorageAccessOptions { AccountKey = "c2VjcmV0" },
            "PartialKeys" => new StorageAccessOptions { Region = "x", AccessKeyId = "id" },
            "Ftp" => new StorageAccessOptions { Endpoint = new Uri("ftp://x") },
            "UserInfo" => new StorageAccessOptions { Endpoint = new Uri("https://user:secret@x") },
            "OtherAccount" => new StorageAccessOptions { Account = "other", AccountKey = "c2VjcmV0" },
            "BadKey" => new StorageAccessOptions { AccountKey = "not base64!" },
            "NoFile" => new StorageAccessOptions { ServiceAccountFile = "/nowhere/key.json" },
            _ => new StorageAccessOptions(),
        };

        Should.Throw<ObjectStorageException>(() => Roots(location, options)).Message.ShouldContain(fault);
    }

    [Fact]
    public void Settings_of_what_is_no_root_or_a_local_one_are_refused()
    {
        using var folder = new TemporaryFolder();

        Should.Throw<ObjectStorageException>(() => new StorageRoots(new StorageRootOptions { Access = { ["stray"] = S3 } })).Message.ShouldContain("'stray'");
        Should
            .Throw<ObjectStorageException>(() => new StorageRoots(new StorageRootOptions { Roots = { ["disk"] = folder.Path }, Access = { ["disk"] = S3 } }))
            .Message.ShouldContain("local folder");
        Should
            .Throw<ObjectStorageException>(() =>
                new StorageRoots(new StorageRootOptions { Roots = { ["a"] = "s3://bucket/x", ["b"] = "s3a://bucket/x/" }, Access = { ["a"] = S3, ["b"] = S3 } })
            )
            .Message.ShouldContain("same place");
    }

    [Theory]
    [InlineData("eu-central-1", null, "https://bucket.s3.eu-central-1.amazonaws.com/lake/x?")]
    [InlineData("cn-north-1", null, "https://bucket.s3.cn-north-1.amazonaws.com.cn/lake/x?")]
    [InlineData("eu-central-1", true, "https://s3.eu-central-1.amazonaws.com/bucket/lake/x?")]
    public void Addresses_are_those_of_the_region(string region, bool? isPathStyle, string start)
    {
        using var roots = Roots(
            "s3://bucket/lake",
            new StorageAccessOptions
            {
                Region = region,
                PathStyle = isPathStyle,
                AccessKeyId = "id",
                SecretAccessKey = "secret",
            }
        );

        roots.FindRemote("root")!.Sign("", "x", TimeSpan.FromHours(1)).Url.ShouldStartWith(start);
    }

    private static StorageRoots Roots(string location, StorageAccessOptions options) =>
        new(new StorageRootOptions { Roots = { ["root"] = location }, Access = { ["root"] = options } });
}
