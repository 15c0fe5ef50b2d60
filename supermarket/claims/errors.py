"""What claims and runs refuse. Each with a code and a sentence in Chinese and in English."""

from supermarket.errors import StoreError


class ClaimError(StoreError):
    """What a claim, a run or an account of it is refused for."""


class CommitmentMissingError(ClaimError):
    code = "commitment-missing"
    zh = "请先阅读并接受信用承诺。"
    en = "Read and accept the credit commitment first."


class PolicyNotClaimableError(ClaimError):
    code = "policy-not-claimable"
    zh = "政策“{policy}”不在本店申领（{because_zh}）。"
    en = "The policy {policy} is not claimed here: {because_en}."


class PeriodClosedError(ClaimError):
    code = "period-closed"
    zh = "政策“{policy}”{period} 期不在申领时间内，现在可申领：{open}。"
    en = "{policy} takes no claim for {period} today; open: {open}."


class NotRepresentedError(ClaimError):
    code = "not-represented"
    zh = "您没有代表“{beneficiary}”办事的授权。"
    en = "You do not act for {beneficiary}."


class NotEligibleError(ClaimError):
    code = "not-eligible"
    zh = "不符合条件：{reason_zh}"
    en = "Not eligible: {reason_en}"


class FactsMissingError(ClaimError):
    code = "facts-missing"
    zh = "暂时无法判定，缺少数据：{facts_zh}。请等候部门更新数据或联系主管部门。"
    en = "Cannot be decided yet, data are missing: {facts_en}. Wait for the departments' delivery or ask them."


class NothingToPayError(ClaimError):
    code = "nothing-to-pay"
    zh = "按政策计算应付 0 元：{because_zh}。"
    en = "The sum comes to nothing: {because_en}."


class AlreadyClaimedError(ClaimError):
    code = "already-claimed"
    zh = "该政策本期已申领（申领编号 {claim}）。"
    en = "It has been claimed already for this period (claim {claim})."


class RequestReusedError(ClaimError):
    code = "request-reused"
    zh = "同一请求编号已用于另一项申领（编号 {claim}），未受理。"
    en = "The same request number stands for another claim ({claim}); nothing was done."


class ExcludedError(ClaimError):
    code = "excluded"
    zh = "与已享受的“{other}”不可同时享受（{group}）。"
    en = "Cannot be had together with {other}, which was given before ({group})."


class ItemUsedError(ClaimError):
    code = "item-used"
    zh = "以下 {count} 项已用于其他申领，每项只能用一次：{items}。"
    en = "{count} of the items counted are used by another claim, each counts once: {items}."


class AccountMissingError(ClaimError):
    code = "account-missing"
    zh = "没有可用的收款账户。请先登记账户；变更后的账户在保护期满后可用。"
    en = "There is no account to pay to. Enter one first; a changed account can be used after its hold."


class AccountNotYoursError(ClaimError):
    code = "account-not-yours"
    zh = "所选收款账户不是“{beneficiary}”现在可用的账户。"
    en = "The account chosen is not one that {beneficiary} can use now."


class AppropriationMissingError(ClaimError):
    code = "appropriation-missing"
    zh = "{payer} 未为“{pool}”安排 {year} 年度资金额度。"
    en = "{payer} has set no money aside for {pool} in {year}."


class MoneyShortError(ClaimError):
    code = "money-short"
    zh = "资金额度已用完，按政策规定不再受理。{detail_zh}"
    en = "The money is used up, and the policy takes no further claims. {detail_en}"


class SharesUnknownError(ClaimError):
    code = "shares-unknown"
    zh = "受理地 {area} 不在资金分担表中，无法确定由谁出资。"
    en = "The accepting area {area} is not in the table of shares: nobody knows who pays."


class NotAllowedError(ClaimError):
    code = "not-allowed"
    zh = "不能这样做：{because_zh}。"
    en = "This cannot be done: {because_en}."


class WrongStateError(ClaimError):
    code = "wrong-state"
    zh = "{subject_zh} 现在处于“{state}”，不能这样办理（{to}）。"
    en = "{subject} is {state} now and cannot become {to}."


class ScreenedOutError(ClaimError):
    code = "screened-out"
    zh = "未通过比对：{because_zh}。"
    en = "Screened out: {because_en}."


class ListChangedError(ClaimError):
    code = "list-changed"
    zh = "名单已变化（现为 {now}，送审时为 {then}），请重新核对后再批准。"
    en = "The list has changed (it is {now} now, {then} was submitted): look at it again before approving."


class AmountsChangedError(ClaimError):
    code = "amounts-changed"
    zh = "{count} 笔申领的金额与批准时占用的资金不一致（{claims}），未放款。请核查后取消本批次。"
    en = "The sums of {count} claims are not those that were approved and reserved ({claims}): nothing was released."


class RunExistsError(ClaimError):
    code = "run-exists"
    zh = "政策“{policy}”{period} 期已有批次 {run}。"
    en = "There is a run of {policy} for {period} already: run {run}."


class ListShortError(ClaimError):
    code = "list-short"
    zh = "资金额度不够兑付整个名单：{detail_zh}。请先追加额度。"
    en = "The money does not cover the list: {detail_en}. Raise the appropriations first."


class CodeWrongError(ClaimError):
    code = "code-wrong"
    zh = "动态口令不正确、已过期或已使用。"
    en = "The one-time code is wrong, too late or used already."


class ObjectionRefusedError(ClaimError):
    code = "objection-refused"
    zh = "异议未受理：{because_zh}。"
    en = "The objection is not accepted: {because_en}."


class NothingOwedError(ClaimError):
    code = "nothing-owed"
    zh = "按现有数据重新核定，没有需要退还的资金（已付 {paid} 元，应得 {entitled} 元，已在追回 {open} 元）。"
    en = "Decided again nothing has to be paid back: {paid} yuan paid, entitled to {entitled}, {open} claimed already."


class OnItsWayError(ClaimError):
    code = "on-its-way"
    zh = "该申领还有款项在途，到账或退回后才能追回。"
    en = "Money of this claim is on its way: it can be claimed back once it has settled or come back."


class RepaidTooMuchError(ClaimError):
    code = "repaid-too-much"
    zh = "退还 {amount} 元超过待退还的 {left} 元，未入账。请核对金额。"
    en = "{amount} yuan are more than the {left} that are left to be paid back: nothing was entered."
