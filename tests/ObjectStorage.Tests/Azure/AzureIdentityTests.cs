using Tideway.ObjectStorage.Checks;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Temporary;
using Tideway.ObjectStorage.Tests.Identities;
using Tideway.ObjectStorage.Tests.S3;
using Tideway.Testing.Stores;

namespace Tideway.ObjectStorage.Tests.Azure;

/// <summary>Roots whose settings name nothing secret: the process's surroundings say who it is.</summary>
public sealed class AzureIdentityTests : IAsyncLifetime
{
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);
    private readonly TemporaryFolder folder = new();
    private FakeAzure azure = null!;

    public async ValueTask InitializeAsync() => azure = await FakeAzure.StartAsync();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return azure.DisposeAsync();
    }

    [Fact]
    public async Task A_workload_identity_reads_writes_signs_and_gives_out_credentials()
    {
        SetWorkloadIdentity();

        await RequireAllIsDoneAsync($"the workload identity of the application '{FakeAzure.ClientId}'");

        azure.IdentityCalls.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_settings_of_a_root_come_before_those_of_the_environment()
    {
        SetWorkloadIdentity();
        environment["AZURE_CLIENT_ID"] = "another";
        environment["AZURE_TENANT_ID"] = "another";
        environment["AZURE_AUTHORITY_HOST"] = "http://127.0.0.1:9";

        await RequireAllIsDoneAsync(
            $"the workload identity of the application '{FakeAzure.ClientId}'",
            new StorageAccessOptions
            {
                AuthorityEndpoint = azure.Authority,
                ClientId = FakeAzure.ClientId,
                TenantId = FakeAzure.TenantId,
            }
        );
    }

    [Fact]
    public async Task A_token_file_is_read_anew_after_a_refusal()
    {
        SetWorkloadIdentity();
        File.WriteAllText(folder["token"], "old");
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        using var roots = Roots(time: time);
        var store = roots.Open(roots.Locate("lake", ""));

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => store.FindAsync("a"));
        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain("invalid_client");
        File.WriteAllText(folder["token"], FakeAzure.FederatedToken);
        time.Now += TimeSpan.FromSeconds(5);

        (await store.FindAsync("a")).ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(FakeAzure.MachineIdentity)]
    public async Task The_identity_of_the_machine_reads_writes_signs_and_gives_out_credentials(string? clientId)
    {
        environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = azure.Authority.ToString();
        if (clientId is not null)
            environment["AZURE_CLIENT_ID"] = clientId;

        await RequireAllIsDoneAsync(clientId is null ? "the managed identity of the machine" : $"the managed identity '{clientId}' of the machine");

        azure
            .IdentityCalls.ShouldHaveSingleItem()
            .ShouldBe(
                "?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F" + (clientId is null ? "" : $"&client_id={FakeAzure.MachineIdentity}")
            );
    }

    [Fact]
    public async Task The_identity_of_an_app_reads_writes_signs_and_gives_out_credentials()
    {
        environment["IDENTITY_ENDPOINT"] = $"{azure.Authority}msi/token";
        environment["IDENTITY_HEADER"] = FakeAzure.AppHeader;

        await RequireAllIsDoneAsync("the managed identity of the app");

        azure.IdentityCalls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_wrong_header_of_the_app_is_told_and_not_shown()
    {
        environment["IDENTITY_ENDPOINT"] = $"{azure.Authority}msi/token";
        environment["IDENTITY_HEADER"] = "wrong-header-text";
        using var roots = Roots();

        var fault = (await new StorageSelfCheck(roots).FindFaultAsync("lake", isWritten: false))!.ToString();

        fault.ShouldContain("listing failed with the managed identity of the app: Could not get a token of the managed identity of the app from");
        fault.ShouldContain("the metadata service answered 401 Unauthorized: Unauthorized");
        fault.ShouldContain("give the machine or app that identity");
        fault.ShouldNotContain("wrong-header-text");
    }

    [Fact]
    public async Task An_identity_that_the_machine_has_not_is_told()
    {
        environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = azure.Authority.ToString();
        using var roots = Roots(new StorageAccessOptions { ClientId = "other" });

        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => roots.Open(roots.Locate("lake", "")).FindAsync("a"));

        refusal.Error.ShouldBe(ObjectStorageError.AccessDenied);
        refusal.Message.ShouldContain("the managed identity 'other' of the machine");
        refusal.Message.ShouldContain("invalid_request: Identity not found");
    }

    [Fact]
    public async Task A_token_is_used_while_the_machine_gives_no_newer()
    {
        environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = azure.Authority.ToString();
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        using var roots = Roots(time: time);
        var store = roots.Open(roots.Locate("lake", ""));
        await store.FindAsync("a");
        azure.IdentityStatus = 503;
        time.Now += TimeSpan.FromHours(23);

        (await store.FindAsync("a")).ShouldBeNull();

        time.Now += TimeSpan.FromHours(1.5);
        var refusal = await Should.ThrowAsync<ObjectStorageException>(() => store.FindAsync("a"));
        refusal.Message.ShouldContain("the metadata service answered 503");
        azure.IdentityStatus = null;
        time.Now += TimeSpan.FromSeconds(5);
        (await store.FindAsync("a")).ShouldBeNull();
    }

    [Theory]
    [InlineData("AZURE_AUTHORITY_HOST")]
    [InlineData("AZURE_POD_IDENTITY_AUTHORITY_HOST")]
    [InlineData("IDENTITY_ENDPOINT")]
    public void An_address_of_the_environment_that_is_none_stops_the_start_and_its_password_is_not_told(string variable)
    {
        if (variable == "AZURE_AUTHORITY_HOST")
            SetWorkloadIdentity();
        environment["IDENTITY_HEADER"] = FakeAzure.AppHeader;
        environment[variable] = "https://user:pass-word@example.com/?code=pass-word";

        var refusal = Should.Throw<ObjectStorageException>(() => Roots());

        refusal.Error.ShouldBe(ObjectStorageError.InvalidKey);
        refusal.Message.ShouldContain($"The setting {variable} of the environment is wrong: expected an http or https URL without user, query and fragment");
        refusal.Message.ShouldNotContain("pass-word");
    }

    private void SetWorkloadIdentity()
    {
        File.WriteAllText(folder["token"], FakeAzure.FederatedToken + "\n");
        environment["AZURE_FEDERATED_TOKEN_FILE"] = folder["token"];
        environment["AZURE_CLIENT_ID"] = FakeAzure.ClientId;
        environment["AZURE_TENANT_ID"] = FakeAzure.TenantId;
        environment["AZURE_AUTHORITY_HOST"] = azure.Authority.ToString();
    }

    private async Task RequireAllIsDoneAsync(string identity, StorageAccessOptions? options = null)
    {
        using var roots = Roots(options);
        var root = roots.FindRemote("lake")!;
        await roots.Open(roots.Locate("lake", "flights")).PutAsync("a", new MemoryStream([1, 2, 3]));

        await root.PrepareSigningAsync(TimeSpan.FromHours(1), default);
        using var client = new HttpClient();
        (await client.GetByteArrayAsync(new Uri(root.Sign("flights", "a", TimeSpan.FromHours(1)).Url))).ShouldBe([1, 2, 3]);

        (
            await roots.FindTemporaryCredentials("lake")!.IssueAsync(roots.Locate("lake", "flights"), TimeSpan.FromHours(1))
        ).ShouldBeOfType<TemporaryCredentials.AzureSas>();
        new StorageSelfCheck(roots).FindIdentity("lake").ShouldBe(identity);
    }

    private StorageRoots Roots(StorageAccessOptions? options = null, TimeProvider? time = null)
    {
        options ??= new StorageAccessOptions();
        options.Endpoint = azure.Endpoint;
        time ??= TimeProvider.System;
        return new StorageRoots(
            new StorageRootOptions { Roots = { ["lake"] = $"abfss://data@{FakeAzure.Account}.dfs.core.windows.net/lake" }, Access = { ["lake"] = options } },
            new RemoteRootFactory(time, () => new StoreHttp(time, S3Fixture.Quick), environment.GetValueOrDefault, () => LoopbackService.Client(time))
        );
    }
}
