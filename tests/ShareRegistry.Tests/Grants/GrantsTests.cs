using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Grants;

public sealed class GrantsTests : IAsyncLifetime
{
    private RegistryProcess process = null!;

    public async ValueTask InitializeAsync()
    {
        process = await RegistryProcess.StartAsync();
        await process.CreateShareAsync("sales");
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task A_grant_is_shown_from_both_sides_told_and_taken_back()
    {
        var acme = await process.AddRecipientAsync("Acme");
        await process.CreateShareAsync("other");

        var granted = (await process.ChangeGrantAsync("sales", "acme", add: ["select"])).ShouldBe(HttpStatusCode.OK).Json;
        granted.GetProperty("privilege_assignments")[0].GetProperty("principal").GetString().ShouldBe("Acme");
        granted.GetProperty("privilege_assignments")[0].GetProperty("privileges")[0].GetString().ShouldBe("SELECT");
        await process.GrantAsync("other", acme);
        var permissions = (await process.Operator.GetAnswerAsync("/api/2.1/unity-catalog/recipients/acme/share-permissions?max_results=1"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        permissions.GetProperty("permissions_out")[0].GetProperty("share_name").GetString().ShouldBe("other");
        var next = permissions.GetProperty("next_page_token").GetString();
        var rest = (await process.Operator.GetAnswerAsync($"/api/2.1/unity-catalog/recipients/acme/share-permissions?page_token={next}")).Json;
        rest.GetProperty("permissions_out")[0].GetProperty("share_name").GetString().ShouldBe("sales");
        rest.TryGetProperty("next_page_token", out _).ShouldBeFalse();

        await process.RevokeAsync("sales", acme);
        (await process.Operator.GetAnswerAsync($"{ShareSetup.SharesPath}/sales/permissions"))
            .Json.GetProperty("privilege_assignments")
            .GetArrayLength()
            .ShouldBe(0);
        var revoked = await process.Events.WaitForAsync<ShareRevoked>(_ => true);
        (revoked.RecipientId, revoked.RecipientName, revoked.ShareName, revoked.Revision, revoked.Actor).ShouldBe((acme.Id, "Acme", "sales", 3, "operator"));
        process.Events.Of<ShareGranted>().Single(e => e.ShareName == "sales").Revision.ShouldBe(2);
    }

    [Fact]
    public async Task Granting_what_is_granted_and_taking_what_is_not_leave_no_event()
    {
        var acme = await process.AddRecipientAsync("acme");
        await process.GrantAsync("sales", acme);
        await process.GrantAsync("sales", acme);
        await process.RevokeAsync("sales", acme);
        await process.RevokeAsync("sales", acme);
        await process.GrantAsync("sales", acme);

        await process.Events.WaitForAsync<ShareGranted>(e => e.Revision == 4);
        process.Events.Of<ShareGranted>().Select(e => e.Revision).ShouldBe([2, 4]);
        process.Events.Of<ShareRevoked>().Select(e => e.Revision).ShouldBe([3]);
    }

    [Fact]
    public async Task A_grant_waits_for_a_recipient_that_was_made_a_moment_ago()
    {
        var granting = process.ChangeGrantAsync("sales", "latecomer", add: ["SELECT"]);
        granting.IsCompleted.ShouldBeFalse();
        await process.AddRecipientAsync("latecomer");

        (await granting).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_recipient_that_never_comes_is_unknown_after_a_while() =>
        (await process.ChangeGrantAsync("sales", "nobody", add: ["SELECT"])).ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("RECIPIENT_DOES_NOT_EXIST");

    [Fact]
    public async Task A_recipient_is_not_called_unknown_while_the_bus_that_would_tell_of_it_is_down()
    {
        await using var cutOff = await RegistryProcess.StartAsync("--Bus:Transport=RabbitMq", "--Bus:ConnectionString=amqp://127.0.0.1:1/nowhere");
        await cutOff.CreateShareAsync("sales");

        var answer = (await cutOff.ChangeGrantAsync("sales", "nobody", add: ["SELECT"])).ShouldBe(HttpStatusCode.ServiceUnavailable);

        answer.ErrorCode.ShouldBe("TEMPORARILY_UNAVAILABLE");
        answer.Message.ShouldContain("bus");
    }

    [Fact]
    public async Task Grants_on_an_unknown_share_are_refused()
    {
        await process.AddRecipientAsync("acme");

        (await process.ChangeGrantAsync("nothing", "acme", add: ["SELECT"])).ShouldBe(HttpStatusCode.NotFound).ErrorCode.ShouldBe("SHARE_DOES_NOT_EXIST");
        (await process.Operator.GetAnswerAsync($"{ShareSetup.SharesPath}/nothing/permissions"))
            .ShouldBe(HttpStatusCode.NotFound)
            .ErrorCode.ShouldBe("SHARE_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData("""{"changes":[{"principal":"acme","add":["MODIFY"]}]}""", "changes[0]")]
    [InlineData("""{"changes":[{"add":["SELECT"]}]}""", "changes[0].principal")]
    [InlineData("""{"changes":[{"principal":"acme","add":["SELECT"],"remove":["SELECT"]}]}""", "both")]
    [InlineData("""{"changes":"all"}""", "changes")]
    public async Task A_change_of_grants_that_makes_no_sense_is_refused(string body, string expected)
    {
        var answer = await process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales/permissions", body);

        answer.ShouldBe(HttpStatusCode.BadRequest).ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task The_spelling_recipient_name_is_understood_and_the_list_can_be_left_out()
    {
        await process.AddRecipientAsync("acme");

        var body = """{"omit_permissions_list":true,"changes":[{"recipient_name":"acme","add":["SELECT"]}]}""";
        var answer = (await process.Operator.PatchAnswerAsync($"{ShareSetup.SharesPath}/sales/permissions", body)).ShouldBe(HttpStatusCode.OK);

        answer.Json.TryGetProperty("privilege_assignments", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_recipient_that_is_deleted_loses_every_grant()
    {
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("other");
        await process.GrantAsync("sales", acme);
        await process.GrantAsync("other", acme);

        await process.PublishAsync(RecipientEvents.Deleted(acme.Id, "acme"));

        await Eventually.Async(() => process.Events.Of<ShareRevoked>().Count == 2);
        process.Events.Of<ShareRevoked>().ShouldAllBe(e => e.RecipientId == acme.Id && e.Actor == "share-registry" && e.Revision == 3);
        (await acme.Http.GetAnswerAsync("/delta-sharing/shares")).Json.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await process.ChangeGrantAsync("sales", "acme", add: ["SELECT"])).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Events_that_come_late_do_not_bring_a_recipient_back()
    {
        var id = Guid.CreateVersion7();
        await process.PublishAsync(RecipientEvents.Deleted(id, "gone", revision: 5));
        await process.PublishAsync(RecipientEvents.Created(id, "gone", revision: 1));
        await process.AddRecipientAsync("witness");
        (await process.ChangeGrantAsync("sales", "witness", add: ["SELECT"])).ShouldBe(HttpStatusCode.OK);

        (await process.ChangeGrantAsync("sales", "gone", add: ["SELECT"])).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_name_given_to_a_new_recipient_means_the_new_one()
    {
        var old = await process.AddRecipientAsync("acme");
        await process.GrantAsync("sales", old);
        await process.PublishAsync(RecipientEvents.Deleted(old.Id, "acme"));
        await process.Events.WaitForAsync<ShareRevoked>(e => e.RecipientId == old.Id);
        var young = await process.AddRecipientAsync("acme");

        await process.GrantAsync("sales", young);

        (await process.Events.WaitForAsync<ShareGranted>(e => e.RecipientId == young.Id)).ShareName.ShouldBe("sales");
    }
}
